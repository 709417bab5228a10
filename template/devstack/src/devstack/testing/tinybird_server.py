"""The embedded Tinybird of a test session: it builds each project once, and copies it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from ..loopback import NO_AUTHORITIES
from .processes import serving
from .workspace import Workspace, taken

_DATAFILES = (".datasource", ".pipe", ".connection")
_SKIPPED = {"node_modules", "__pycache__"}


class ProjectDoesNotBuild(AssertionError):
    """Tinybird refused the project; the text has a line for each problem."""


@dataclass(frozen=True, slots=True)
class TinybirdServer:
    """A server that runs; `user_token` owns every workspace."""

    url: str
    user_token: str = field(repr=False)
    http: httpx2.Client = field(repr=False)
    _built: dict[tuple[object, ...], str] = field(default_factory=dict, repr=False)

    def workspace(self, project: Path, secrets: Mapping[str, str] | None = None) -> Workspace:
        """Return a workspace of its own with the project in a folder, and no rows.

        The first one of a project builds it, further ones are copies.

        Args: secrets: what `tb_secret()` reads.
        Raises: ProjectDoesNotBuild.
        """
        files, given = dict(_files(project)), dict(secrets or {})
        key = (tuple(files.items()), tuple(sorted(given.items())))
        if key not in self._built:
            self._built[key] = self._build(files, given)
        path = f"/devstack/workspaces/{self._built[key]}/copy"
        made = taken(self.http.post(path, headers=self._owner)).json()
        return Workspace(self.url, made["id"], made["token"], self.http)

    def delete(self, workspace: Workspace) -> None:
        """Delete a workspace with its rows."""
        params = {"hard_delete_confirmation": "yes"}
        path = f"/v1/workspaces/{workspace.id}"
        taken(self.http.delete(path, params=params, headers=self._owner))

    def _build(self, files: Mapping[str, str], secrets: Mapping[str, str]) -> str:
        params = {"name": f"Project_{uuid.uuid4().hex}"}
        made = taken(self.http.post("/v1/workspaces", params=params, headers=self._owner)).json()
        headers = {"Authorization": f"Bearer {made['token']}"}
        for name, value in secrets.items():
            params = {"name": name, "value": value}
            taken(self.http.post("/v0/variables", params=params, headers=headers))
        parts = [("data_project://", entry) for entry in files.items()]
        built = taken(self.http.post("/v1/build", files=parts, headers=headers)).json()
        if built["result"] != "success":
            problems = (f"{error['filename']}: {error['error']}" for error in built["errors"])
            raise ProjectDoesNotBuild("\n".join(problems))
        return made["id"]

    @property
    def _owner(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.user_token}"}


@contextmanager
def tinybird_server(folder: Path) -> Generator[TinybirdServer]:
    """Serve until the block ends, with all state in `folder`.

    Raises: ServiceDidNotStart.
    """
    with (
        serving("tinybird", folder, "--quiet") as url,
        httpx2.Client(base_url=url, timeout=60, verify=NO_AUTHORITIES) as http,
    ):
        yield TinybirdServer(url, http.get("/tokens").json()["user_token"], http)


def _files(project: Path) -> Iterator[tuple[str, str]]:
    for folder, names, files in os.walk(project):
        names[:] = sorted(n for n in names if n not in _SKIPPED and not n.startswith("."))
        for path in (Path(folder, name) for name in sorted(files)):
            if path.suffix in _DATAFILES:
                yield path.relative_to(project).as_posix(), path.read_text("utf-8")
