"""The app with an environment, or a policy, of a test's own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx2
from roost.testing.stack import NO_AUTHORITIES, ROOT, free_port

# The second is set where tests/coverage.py measures the app.
_INHERITED = {
    name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG") if name in os.environ
}
PACKAGE = next(ROOT.glob("src/*/product.json")).parent


@contextlib.contextmanager
def serving(
    env: dict[str, str], sources: Path = PACKAGE.parent, log: Path | None = None
) -> Generator[httpx2.Client, None, None]:
    """Serve the app with `env` on a port of its own, ready or not; its client keeps no cookies.

    Args: sources: the folder that holds the package.  log: where its lines go.
    """
    env = {**_INHERITED, "PYTHONPATH": str(sources), **env, "PORT": str(free_port())}
    command = [ROOT / ".venv" / "bin" / "app", "serve"]
    with contextlib.ExitStack() as opened:
        stderr = opened.enter_context(log.open("w")) if log else None
        process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=stderr)
        try:
            url = f"http://127.0.0.1:{env['PORT']}"
            client = opened.enter_context(
                httpx2.Client(base_url=url, timeout=30, verify=NO_AUTHORITIES)
            )
            _wait_until_up(process, client)
            yield client
        finally:
            process.terminate()
            process.wait(30)


def refused(env: dict[str, str], sources: Path) -> str:
    """Start an app that refuses to serve; return the sentences that it says."""
    env = {**_INHERITED, "PYTHONPATH": str(sources), **env, "PORT": str(free_port())}
    command = [ROOT / ".venv" / "bin" / "app", "serve"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    return done.stderr


def with_policy(text: str, folder: Path) -> Path:
    """Copy the app's sources into `folder`, the policy followed by `text`; return the copy."""
    sources = shutil.copytree(
        PACKAGE.parent, folder / "src", ignore=shutil.ignore_patterns("__pycache__")
    )
    policy = sources / PACKAGE.name / "policy.py"
    policy.write_text(f"{policy.read_text()}\n{text}\n")
    return sources


def until(ask: Callable[[], httpx2.Response], status: int) -> httpx2.Response:
    """Ask until the answer has a status, for a minute at most."""
    deadline = time.monotonic() + 60
    while (response := ask()).status_code != status:
        assert time.monotonic() < deadline, f"still {response.status_code}"
        time.sleep(0.1)
    return response


def _wait_until_up(process: subprocess.Popen[bytes], client: httpx2.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the app ended with code {process.returncode}"
        with contextlib.suppress(httpx2.TransportError):
            client.get("/healthz")
            return
        time.sleep(0.05)
    raise AssertionError("the app did not come up")
