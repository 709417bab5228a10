"""Fetching ClerkJS, and serving it."""

from __future__ import annotations

import base64
import hashlib
import io
import stat
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from devstack.clerk.clerkjs import (
    PINS,
    ClerkJsUnavailable,
    Pin,
    fetch_clerkjs,
    install,
    package_dir,
)
from devstack.node import DEVSTACK

from .running import Clerk


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the cache of a test to itself."""
    monkeypatch.setenv("ROOST_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "clerkjs").mkdir(parents=True)
    return tmp_path / "cache" / "clerkjs"


def _fill_cache() -> None:
    for pin in PINS:
        folder = package_dir(pin)
        folder.mkdir()
        (folder / pin.entry).write_text("entry")
        (folder / f"1{pin.chunks}").write_text("chunk")


def _tarball(path: Path, names: dict[str, bytes]) -> Pin:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in names.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    return replace(PINS[0], integrity=f"sha512-{digest}")


def _npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_entries_and_chunks_are_served(clerk: Clerk) -> None:
    _fill_cache()

    entry = clerk.http.get("/npm/@clerk/clerk-js@6/dist/clerk.browser.js")
    chunk = clerk.http.get("/npm/@clerk/ui@1.36.0/dist/1_ui_58d0c7_1.36.0.js")

    assert (entry.text, chunk.text) == ("entry", "chunk")
    assert entry.headers["content-type"] == "text/javascript; charset=utf-8"
    assert entry.headers["cache-control"] == "no-cache"
    assert chunk.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_page_on_this_machine_may_load_the_files(clerk: Clerk) -> None:
    _fill_cache()
    headers = {"Origin": "http://localhost:8000"}

    entry = clerk.http.get("/npm/@clerk/ui@1/dist/ui.browser.js", headers=headers)

    assert entry.headers["access-control-allow-origin"] == "http://localhost:8000"


@pytest.mark.parametrize(
    "path",
    [
        "/npm/@clerk/clerk-js@6/dist/LICENSE",
        "/npm/@clerk/clerk-js@6/dist/other.js",
        "/npm/@clerk/clerk-js@6/dist/2_clerk.browser_a68c22_6.40.0.js",
        "/npm/@clerk/nextjs@6/dist/clerk.browser.js",
        "/npm/@clerk/clerk-js@6/dist/..%2f..%2fsecret_clerk.browser_a68c22_6.40.0.js",
        "/npm/@clerk/clerk-js@6/dist/%2e%2e/secret_clerk.browser_a68c22_6.40.0.js",
        "/npm/@clerk/..%2fclerk-js/dist/clerk.browser.js",
    ],
)
def test_nothing_else_is_served(clerk: Clerk, cache: Path, path: str) -> None:
    _fill_cache()
    (cache / "secret_clerk.browser_a68c22_6.40.0.js").write_text("secret")
    (cache.parent / "secret_clerk.browser_a68c22_6.40.0.js").write_text("secret")

    answer = clerk.http.get(path)

    assert answer.status_code in (404, 501)
    assert "secret" not in answer.text.replace("secret_", "")


def test_an_empty_cache_says_what_to_do(clerk: Clerk) -> None:
    answer = clerk.http.get("/npm/@clerk/clerk-js@6/dist/clerk.browser.js")

    assert answer.status_code == 503
    assert "@clerk/clerk-js@6.40.0 has not been fetched yet" in answer.text


def test_a_full_cache_asks_for_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill_cache()
    monkeypatch.setenv("PATH", "")
    sentences: list[str] = []

    assert fetch_clerkjs(sentences.append) == cache
    assert sentences == []


def test_only_browser_files_are_unpacked(tmp_path: Path) -> None:
    tarball = tmp_path / "clerk.tgz"
    pin = _tarball(
        tarball,
        {
            "package/LICENSE": b"MIT",
            "package/dist/clerk.browser.js": b"entry",
            "package/dist/1_clerk.browser_a68c22_6.40.0.js": b"chunk",
            "package/dist/clerk.native.js": b"native",
            "package/dist/../../clerk.browser.js": b"outside",
            "package/other/clerk.browser.js": b"elsewhere",
        },
    )

    install(pin, tarball)

    files = {path.name: path.read_bytes() for path in package_dir(pin).iterdir()}
    assert files == {
        "LICENSE": b"MIT",
        "clerk.browser.js": b"entry",
        "1_clerk.browser_a68c22_6.40.0.js": b"chunk",
    }


def test_a_tarball_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    tarball = tmp_path / "clerk.tgz"
    _tarball(tarball, {"package/dist/clerk.browser.js": b"changed"})

    with pytest.raises(ClerkJsUnavailable, match="is not the pinned one, so nothing was installed"):
        install(PINS[0], tarball)

    assert not package_dir(PINS[0]).exists()


def test_no_network_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _npm(tmp_path / "bin", monkeypatch, "echo 'npm error ENOTFOUND registry' >&2; exit 1")
    sentences: list[str] = []

    with pytest.raises(ClerkJsUnavailable, match=r"needs the network once.*ENOTFOUND registry"):
        fetch_clerkjs(sentences.append)

    (sentence,) = sentences
    assert sentence.startswith("Fetching @clerk/clerk-js@6.40.0 and @clerk/ui@1.36.0 from npm")


def test_without_npm_the_one_of_pypi_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    uv = folder / "uv"
    uv.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit 1\n')
    uv.chmod(0o700)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("UV", str(uv))

    with pytest.raises(ClerkJsUnavailable):
        fetch_clerkjs(lambda _: None)

    asked = (tmp_path / "asked").read_text()
    assert "--group npm npm pack" in asked
    assert f"--project {DEVSTACK}" in asked
    assert (DEVSTACK / "pyproject.toml").is_file()
