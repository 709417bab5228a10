"""A project that somebody has, and what its owner does to it by the documentation."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from ..product import stack
from ..rendering import REPOSITORY
from .pages import Block, steps

NEEDS = {
    "fastapi": ["fastapi", "uvicorn"],
    "flask": ["flask"],
    "django": ["django"],
    "litestar": ["litestar", "uvicorn"],
}
# The documentation adds to these; it shows every other file whole.
_ADDED_TO = ("pyproject.toml", "mysite/settings.py")
_RUN = "devstack dev\n"


@dataclass(frozen=True, slots=True)
class Host:
    """A project of somebody's, with the library in it; `env` is what its commands run in."""

    framework: str
    folder: Path
    env: dict[str, str]

    @property
    def url(self) -> str:
        """Where the app is served."""
        return f"http://127.0.0.1:{self.env['PORT']}"

    @property
    def app_folder(self) -> Path:
        """The folder of the module that holds the app; of a Django project that of the settings."""
        return self.folder / "mysite" if self.framework == "django" else self.folder

    def run(self, script: str) -> str:
        """Run a script in the project's folder; return what it printed."""
        return subprocess.run(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=self.env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def session_token(self, user: str, organization: str, port: str | None = None) -> str:
        """Have the local Clerk issue a session token, for the origin of the app or of a port."""
        local = {
            "PORT": port or self.env["PORT"],
            "CLERK_API_URL": f"http://127.0.0.1:{self.env['CLERK_LOCAL_PORT']}",
            "CLERK_SECRET_KEY": str(dotenv_values(self.folder / ".env.local")["CLERK_SECRET_KEY"]),
        }
        return stack.Stack(local, {}, "organization").session_token(user, organization)

    @contextlib.contextmanager
    def running(self) -> Generator[None]:
        """Run `devstack dev` until the block ends, from its ready line on."""
        with subprocess.Popen(
            _RUN.split(), cwd=self.folder, env=self.env, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                line = process.stdout.readline()
                assert line.startswith(f"Ready: {self.url} "), "see the lines above"
                yield
            finally:
                process.terminate()
                process.wait(stack.READY_WITHIN_S)


def with_library(framework: str, way: str, folder: Path, tools: Path) -> Host:
    """Make somebody's project and install the library by the documentation, up to its last command.

    Args: way: `folder` or `wheel`.  tools: where uv puts the devstack.
    """
    host = Host(framework, folder, _environment(framework, tools))
    folder.mkdir()
    (folder / "pyproject.toml").write_text(_pyproject(framework))
    if framework == "django":
        host.run("uv run django-admin startproject mysite .")
    for step in steps(framework, way):
        _take(host, step)
    return host


def _take(host: Host, step: Block) -> None:
    if step.language == "sh":
        host.run(step.text.removesuffix(_RUN))
    elif step.file is not None:
        _write(host, step.file, step.content)


def _write(host: Host, name: str, content: str) -> None:
    path = (host.app_folder if name == "policy.py" else host.folder) / name
    before = path.read_text() + "\n" if name in _ADDED_TO else ""
    path.write_text(before + content)


def _pyproject(framework: str) -> str:
    return f"""[project]
name = "host"
version = "1"
requires-python = ">=3.11"
dependencies = {NEEDS[framework]}
"""


def _environment(framework: str, tools: Path) -> dict[str, str]:
    clean = stack.clean_environment()
    ports = {name: str(stack.free_port()) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}
    return (
        clean
        | ports
        | {
            "ROOST": str(REPOSITORY),
            "FRAMEWORK": framework,
            "UV_TOOL_DIR": str(tools / "installed"),
            "UV_TOOL_BIN_DIR": str(tools / "bin"),
            "PATH": f"{tools / 'bin'}:{clean['PATH']}",
        }
    )
