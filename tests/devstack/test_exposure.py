"""`--host` and `--allow-host`: what opens a service to others, and what never does."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest
from devstack.errors import ExposureRefused
from devstack.exposure import LOOPBACK_ALONE, Exposure, add_exposure_options, exposure_of
from devstack.guard import KnownHosts
from devstack.serving import claim_port, url_of
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

REAL = "sk_" + "live_x"


def exposure(folder: Path, *words: str, environ: Mapping[str, str] | None = None) -> Exposure:
    parser = argparse.ArgumentParser()
    add_exposure_options(parser)
    return exposure_of(parser.parse_args(words), folder, environ or {})


def status(app: ASGIApp, **headers: str) -> int:
    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/", headers=headers)

    return asyncio.run(ask()).status_code


def test_without_an_option_it_is_loopback_alone_whatever_secrets_there_are(tmp_path: Path) -> None:
    assert exposure(tmp_path, environ={"CLERK_SECRET_KEY": REAL}) == LOOPBACK_ALONE


def test_names_are_added_one_by_one(tmp_path: Path) -> None:
    words = ["--host", "0.0.0.0", "--allow-host", "Tinybird", "--allow-host", "192.168.1.10"]

    assert exposure(tmp_path, *words) == Exposure(
        "0.0.0.0", frozenset({"tinybird", "192.168.1.10"})
    )


@pytest.mark.parametrize(
    "name", ["*", "*.example.com", ".example.com", "http://tinybird", "tinybird:7181", "a b", ""]
)
def test_a_name_that_is_not_spelled_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExposureRefused, match="is no host's name: spell one out"):
        exposure(tmp_path, "--allow-host", name)


def test_an_address_that_is_none_or_is_not_here_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExposureRefused, match="--host tinybird is no address"):
        exposure(tmp_path, "--host", "tinybird")
    with pytest.raises(ExposureRefused, match=r"--host 203\.0\.113\.1 is no address of this"):
        claim_port(0, "Tinybird", "TB_LOCAL_PORT", "203.0.113.1")


@pytest.mark.parametrize("option", [("--host", "0.0.0.0"), ("--allow-host", "tinybird")])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLERK_SECRET_KEY", REAL),
        ("CLERK_PUBLISHABLE_KEY", "pk_live_x"),
        ("NEXT_PUBLIC_TINYBIRD_JWT_SECRET", "p.eyJ"),
        ("TINYBIRD_API_KEY", "p.eyJ"),
        ("TB_TOKEN", "p.eyJ"),
        ("THEIR_ANALYTICS_TOKEN", "p.eyJ1Ijog"),
        ("TINYBIRD_ADMIN_TOKEN", "anything"),
    ],
)
def test_beside_a_real_secret_neither_option_is_taken(
    tmp_path: Path, name: str, value: str, option: tuple[str, str]
) -> None:
    with pytest.raises(ExposureRefused, match=f"{name} in the environment is a real secret"):
        exposure(tmp_path, *option, environ={name: value})
    (tmp_path / ".env").write_text(f"{name}={value}\n")
    with pytest.raises(ExposureRefused, match=rf"{name} in \.env is a real secret"):
        exposure(tmp_path, *option)


def test_local_and_empty_secrets_stand_in_no_way(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CLERK_SECRET_KEY=\nCLERK_PUBLISHABLE_KEY=pk_test_x\n")
    environ = {"TINYBIRD_JWT_SECRET": "p.local_x"}

    opened = exposure(tmp_path, "--allow-host", "tinybird", environ=environ)

    assert opened.allowed == {"tinybird"}


def test_an_allowed_name_is_answered_and_so_are_its_pages_and_no_other() -> None:
    app = KnownHosts(PlainTextResponse("hello"), frozenset({"tinybird"}))

    assert status(app, host="tinybird:7181") == 200
    assert status(app, host="localhost", origin="http://tinybird:3000") == 200
    assert status(app, host="localhost:1") == 200
    assert status(app, host="tinybird.evil.example") == 403
    assert status(app, host="tinybird", origin="https://evil.example") == 403
    assert status(app, host="tinybird", origin="null") == 403


def test_every_address_is_announced_as_loopback() -> None:
    with claim_port(0, "Tinybird", "TB_LOCAL_PORT", "0.0.0.0") as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
