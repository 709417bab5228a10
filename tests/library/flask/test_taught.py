from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from roost.flask import Roost

from ..rooms import Bearer
from ..taught import check_answers, check_document, run_page


def test_the_page_teaches_what_is_so(
    roost: Roost, app: Flask, browser: FlaskClient, bearer: Bearer, tmp_path: Path
) -> None:
    run_page("flask", tmp_path, app=app, roost=roost)

    def ask(method: str, path: str, headers: dict[str, str]) -> int:
        return browser.open(path, method=method, headers=headers).status_code

    document = browser.get("/api/openapi.json").json
    assert isinstance(document, dict)
    check_document(document)
    check_answers(ask, bearer)
