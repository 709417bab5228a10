"""Other people's projects against one server, each copy in a workspace of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from devstack.tinybird.cli import build_workspace_name, cli_environment

from .tinybird_server import TB, Server

THIRD_PARTY = Path(__file__).parent / "third_party"


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """A copy of a project in `folder`; the CLI gives it the workspace of its path."""

    server: Server
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | cli_environment(self.server.port)

    def tb(self, *args: str, at: str = "--local") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TB, *([at] if at else []), *args],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def done(self, *args: str) -> str:
        """Run a command that has to succeed and return what it printed."""
        done = self.tb(*args)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *args: str) -> str:
        """Run a command that has to fail and return what it printed."""
        done = self.tb(*args)
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def client(self) -> httpx2.Client:
        with self.server.client(self.server.identity.derived_token("user")) as client:
            known = client.get("/v1/user/workspaces").json()["workspaces"]
        name = build_workspace_name(self.folder)
        [token] = [one["token"] for one in known if one["name"] == name]
        return self.server.client(token)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.client() as client:
            answer = client.get("/v0/sql", params={"q": f"{sql} FORMAT JSON"})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def endpoint(self, name: str, **parameters: str) -> list[dict[str, Any]]:
        with self.client() as client:
            answer = client.get(f"/v0/pipes/{name}.json", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))


def third_party(server: Server, name: str, folder: Path) -> ThirdParty:
    """Copy a project and build it."""
    shutil.copytree(THIRD_PARTY / name, folder)
    if name == "shop":
        (folder / ".env").write_text("report_salt=pepper\n")
    made = ThirdParty(server, folder)
    made.done("build")
    return made
