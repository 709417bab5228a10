from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from ..rooms import Bearer


@pytest.mark.parametrize("path", ["/analytics/", "/analytics/sign-in", "/analytics/sign-up"])
def test_a_page_never_takes_the_hosts_templates(
    host: Flask, client: FlaskClient, tmp_path: Path, path: str
) -> None:
    (tmp_path / "dashboard.html").write_text("the host's own page")
    host.template_folder = str(tmp_path)

    answer = client.get(path)

    assert 'id="page-data"' in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_page_holds_a_token_for_a_valid_session_alone(
    client: FlaskClient, bearer: Bearer
) -> None:
    headers = (bearer(), {}, {"Authorization": "Bearer junk"}, bearer(exp=1_700_000_000))

    initial = [_initial(client.get("/analytics/", headers=sent).text) for sent in headers]

    assert initial[0]["org_slug"] == "acme"
    assert initial[1:] == [None, None, None]


def test_a_page_knows_where_it_is_mounted(host: Flask, client: FlaskClient) -> None:
    host.context_processor(lambda: {"root": "/of-the-host"})
    roots: list[object] = []

    def note(_: Flask, context: dict[str, object], **__: object) -> None:
        roots.append(context["root"])

    with template_rendered.connected_to(note, host):
        client.get("/analytics/")
        client.get("/analytics/sign-in", environ_overrides={"SCRIPT_NAME": "/deep"})

    assert roots == ["/analytics", "/deep/analytics"]


def test_a_file_is_asked_for_again_each_time(client: FlaskClient) -> None:
    with client.get("/analytics/static/css/tokens.css") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/css")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["ETag"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_beside_the_files_is_served(client: FlaskClient) -> None:
    assert client.get("/analytics/static/../templates/dashboard.html").status_code == 404


def _initial(page: str) -> dict[str, object]:
    block = page.partition('id="page-data">')[2].partition("</script>")[0]
    return json.loads(block)["initial"]
