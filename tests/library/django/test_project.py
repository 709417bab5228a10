from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import httpx2
import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from roost.http.wsgi import Shell

from .owner import PACKAGE


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("5ec2e7")


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("5ec2e7")


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("5ec2e7")


# This module stands for the routes in some tests, with the handlers of the owner's.
handler400 = "roost.django.problems.bad_request"
handler403 = "roost.django.problems.permission_denied"
urlpatterns = [path("broken", broken), path("denied", denied), path("suspicious", suspicious)]


def test_djangos_own_checks_for_production_pass(app: Shell) -> None:
    out, err = StringIO(), StringIO()

    call_command("check", deploy=True, fail_level="WARNING", stdout=out, stderr=err)

    assert "no issues" in out.getvalue() + err.getvalue()


def test_importing_the_room_configures_nothing() -> None:
    script = "import roost.django; from django.conf import settings; print(settings.configured)"

    assert run("-c", script).stdout == "False\n"


def test_the_settings_need_no_environment(owners_folder: Path) -> None:
    ended = run("-m", "django", "check", "--settings", f"{PACKAGE}.settings", path=owners_folder)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_check_for_production_names_each_setting_that_is_missing(owners_folder: Path) -> None:
    check = ("check", "--deploy", "--settings", f"{PACKAGE}.settings")

    ended = run("-m", "django", *check, path=owners_folder)

    assert ended.returncode == 1
    assert "(roost.E001) CLERK_PUBLISHABLE_KEY is missing" in ended.stderr
    assert "(roost.E001) TINYBIRD_JWT_SECRET is missing" in ended.stderr


def test_a_server_does_not_start_on_missing_settings(owners_folder: Path) -> None:
    ended = run("-c", f"import {PACKAGE}.wsgi", path=owners_folder)

    assert ended.returncode == 1
    assert "SettingsInvalid: CLERK_PUBLISHABLE_KEY is missing" in ended.stderr


def run(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python without any of the app's settings."""
    prefixes = ("TINYBIRD_", "CLERK_", "NEXT_PUBLIC_", "DJANGO_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    env |= {"PYTHONPATH": str(path)} if path else {}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=env, cwd="/", capture_output=True, text=True)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/broken", 500, "internal"),
        ("/denied", 403, "access-denied"),
        ("/suspicious", 400, "request-invalid"),
    ],
)
def test_a_failure_tells_nothing_and_is_logged_without_its_message(
    client: httpx2.Client,
    caplog: pytest.LogCaptureFixture,
    address: str,
    status: int,
    code: str,
) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        response = client.get(address)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert "5ec2e7" not in response.text + caplog.text
    assert ("RuntimeError at" in caplog.text) is (status == 500)


def test_a_refusal_is_logged_once_by_the_shell_alone(
    client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.access")

    assert client.get("/api/nothing?token=5ec2e7").status_code == 404

    assert [record.name for record in caplog.records] == ["app.access"]


def test_a_large_body_is_the_shells_business(client: httpx2.Client, ada: dict[str, str]) -> None:
    headers = {**ada, "Content-Type": "application/json"}

    response = client.post("/api/events", content=b" " * 3_000_000, headers=headers)

    assert response.json()["detail"] == "The body holds no event."


def test_a_body_of_unknown_length_is_read(app: Shell, ada: dict[str, str]) -> None:
    body = serve(
        app,
        ada,
        REQUEST_METHOD="POST",
        PATH_INFO="/api/events",
        CONTENT_TYPE="application/json",
        **{"wsgi.input": BytesIO(b"[7]")},
    )

    assert json.loads(body)["detail"] == "Row 1: it is not a JSON object."


@pytest.mark.parametrize(("sent", "code"), [(b"\xff", "request-invalid"), ("é".encode(), None)])
def test_a_query_that_is_not_utf8_is_refused(
    app: Shell, ada: dict[str, str], sent: bytes, code: str | None
) -> None:
    query = "event=" + sent.decode("latin-1")

    body = serve(app, ada, PATH_INFO="/api/analytics/top_events", QUERY_STRING=query)

    assert json.loads(body).get("code") == code


def serve(app: Shell, headers: dict[str, str], **environ: object) -> bytes:
    """Serve a request that no HTTP client would send."""
    environ["HTTP_AUTHORIZATION"] = headers["Authorization"]
    setup_testing_defaults(environ)
    return b"".join(app(environ, lambda *_: None))


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/"])
def test_who_follows_a_link_to_nothing_gets_a_page(client: httpx2.Client, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, "There is nothing at this address" in answer.text) == (404, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
