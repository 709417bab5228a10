from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from roost.fastapi import Roost

from ..rooms import Bearer
from ..taught import check_answers, check_document, run_page


def test_the_page_teaches_what_is_so(
    roost: Roost, app: FastAPI, browser: TestClient, bearer: Bearer, tmp_path: Path
) -> None:
    run_page("fastapi", tmp_path, app=app, roost=roost)

    def ask(method: str, path: str, headers: dict[str, str]) -> int:
        return browser.request(method, path, headers=headers).status_code

    check_document(browser.get("/api/openapi.json").json())
    check_answers(ask, bearer)
