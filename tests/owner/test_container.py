"""The Dockerfile: linted, and its steps carried out without an engine."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest

from ..product import stack
from ..rendering import render
from .container import Image, sent_files

PRODUCTION = {
    "TINYBIRD_API_URL": "https://api.tinybird.co",
    "TINYBIRD_WORKSPACE_ID": "5a3c1f7e-9d51-4c53-8a0e-3f2f6f1f5b7d",
    "TINYBIRD_JWT_SECRET": "p.not-a-real-signing-secret-0123456789",
    "CLERK_PUBLISHABLE_KEY": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",  # clerk.example.com
    "CLERK_AUTHORIZED_PARTIES": "https://app.example.com",
}


@pytest.fixture(scope="module", params=["dashboard", "react"])
def image(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Image:
    # Django alone needs a library to serve the page's files, and React alone needs Node.
    folder = tmp_path_factory.mktemp("image")
    project = render(folder / "project", backend="django", frontend=request.param)
    built = Image(project, folder / "root")
    built.build()
    # What the last stage does not copy is not there when it runs.
    shutil.rmtree(folder / "root" / "build")
    shutil.rmtree(folder / "project")
    return built


@pytest.fixture(scope="module")
def url(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    before = _state(image.root)
    home = tmp_path_factory.mktemp("home")
    port = str(stack.free_port())
    env = image.env | PRODUCTION | {"HOST": "127.0.0.1", "PORT": port, "TMPDIR": str(home)}
    with subprocess.Popen(image.command, cwd=image.folder, env=env | {"HOME": str(home)}) as app:
        try:
            _wait_until_healthy(image, env, app)
            yield f"http://127.0.0.1:{port}"
        finally:
            app.terminate()
            app.wait(stack.READY_WITHIN_S)

    assert app.returncode == 0
    # So that it runs on a read-only file system, with a /tmp or without one.
    assert _state(image.root) == before
    assert list(home.iterdir()) == []


def test_hadolint_finds_nothing(default_render: Path) -> None:
    subprocess.run(["hadolint", str(default_render / "Dockerfile")], check=True)


def test_the_build_is_sent_no_secret_and_no_devstack(default_render: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(default_render, project)
    (project / "src" / ".env").write_text("CLERK_SECRET_KEY=\n")

    sent = sent_files(project)

    assert {name.partition("/")[0] for name in sent} == {
        "README.md",
        "pyproject.toml",
        "src",
        "uv.lock",
        "vendor",
    }
    assert not [name for name in sent if "/tests/" in name or ".env" in name]


def test_the_app_serves_as_somebody_who_is_not_root_on_every_interface(image: Image) -> None:
    assert image.user == "10001:10001"
    assert image.env["HOST"] == "0.0.0.0"


def test_the_image_holds_the_compiled_app_and_no_tool(image: Image) -> None:
    (packages,) = image.root.glob("app/.venv/lib/python3.*/site-packages")

    present = {path.name for path in packages.iterdir()}

    assert not present & {"vl_convert", "pytest", "copier", "ruff", "tinybird", "chdb", "devstack"}
    assert not list(packages.glob("acme_analytics/**/tests"))
    assert list(packages.glob("acme_analytics/__pycache__/policy.*.pyc"))
    assert list(packages.glob("roost/tinybird/__pycache__/tokens.*.pyc"))


def test_the_app_is_healthy_and_serves_the_chart_bundle(url: str) -> None:
    health = httpx2.get(f"{url}/healthz", timeout=60)
    bundle = httpx2.get(f"{url}/static/vendor/vega.js", timeout=60)

    assert health.json() == {"status": "ok"}
    assert bundle.status_code == 200
    assert "window.vegaEmbed=" in bundle.text


def test_the_page_takes_clerkjs_from_the_host_of_the_publishable_key(url: str) -> None:
    page = httpx2.get(f"{url}/sign-in", timeout=60)

    policy = page.headers["content-security-policy"]
    (scripts,) = re.findall(r"script-src ([^;]*)", policy)
    assert "https://clerk.example.com" in scripts.split()
    assert "127.0.0.1" not in policy
    assert '"frontend_api":"https://clerk.example.com"' in page.text


def test_the_files_that_a_page_names_are_there(url: str) -> None:
    page = httpx2.get(f"{url}/", timeout=60)

    names = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    answers = {name: httpx2.get(url + name, timeout=60) for name in names}
    assert len(names) > 5
    assert {answer.status_code for answer in answers.values()} == {200}
    kept = {n for n, a in answers.items() if "immutable" in a.headers["cache-control"]}
    assert kept == {name for name in names if name.startswith("/static/app/")}


def _wait_until_healthy(image: Image, env: dict[str, str], app: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + stack.READY_WITHIN_S
    probe = image.healthcheck
    while subprocess.run(probe, env=env, stderr=subprocess.DEVNULL, check=False).returncode:
        assert app.poll() is None, f"the app ended with code {app.returncode}"
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _state(root: Path) -> dict[str, tuple[int, int]]:
    stats = {str(path): path.lstat() for path in root.rglob("*")}
    return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in stats.items()}
