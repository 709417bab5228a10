"""Tinybird's own image in the place of the embedded server, by `docker compose`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from ..errors import UserError
from ..tinybird.cli import build_workspace_name
from .processes import StartFailed, exit_on_sigterm

# It may have to be fetched first, which is some GB.
READY_WITHIN_S = 1800
_POLL_S = 0.2
_SERVICE = "tinybird"
_ADMIN = "devstack_admin"


class ContainerUnusable(UserError):
    """The container cannot be started or asked; the sentence says what to do."""


def serve_container(port: int, compose_project: str | None) -> None:
    """Serve until a signal; print one line when ready. What answers at the port already is used.

    Args: compose_project: of a run of its own, whose rows go with it; else the folder's.
    Raises: ContainerUnusable: there is no engine.  StartFailed: it did not come up.
    """
    exit_on_sigterm()
    if is_tinybird(port):
        _wait_for_end(port, None)
    with _composed(port, compose_project) as process:
        _wait_until_ready(process, port)
        _wait_for_end(port, process)


def is_tinybird(port: int) -> bool:
    """Tell whether a local Tinybird answers at a port, as the CLI finds out."""
    try:
        return httpx2.get(f"{_url(port)}/tokens", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def container_values(port: int, data_project: Path) -> dict[str, str]:
    """Return the variables of the workspace that the CLI has made for a folder, once it is built.

    Raises: ContainerUnusable: there is no such workspace.
    """
    with httpx2.Client(base_url=_url(port), timeout=60) as client:
        tokens = _read(client, "/tokens", "")
        listed = _read(client, "/v1/user/workspaces", tokens["admin_token"])["workspaces"]
        name = build_workspace_name(data_project)
        found = next((one for one in listed if one["name"] == name), None)
        if found is None:
            raise ContainerUnusable("The container has no workspace of this project: start `dev`.")
        known = _read(client, "/v0/tokens", found["token"])["tokens"]
        values = {one["name"]: one["token"] for one in known}
        return {
            "TINYBIRD_API_URL": _url(port),
            "TINYBIRD_WORKSPACE_ID": found["id"],
            "TINYBIRD_JWT_SECRET": found["token"],
            "TINYBIRD_INGEST_TOKEN": values.get("app_ingest", ""),
            "TINYBIRD_API_KEY": values.get("app_public", ""),
            "TINYBIRD_ADMIN_TOKEN": values.get(_ADMIN) or _new_admin(client, found["token"]),
        }


@contextmanager
def _composed(port: int, compose_project: str | None) -> Generator[subprocess.Popen[bytes]]:
    command = ["docker", "compose"]
    if compose_project:
        command += ["--project-name", compose_project]
    environ = {**os.environ, "TB_LOCAL_PORT": str(port)}
    try:
        # Its lines are ours; compose stops the container when it is ended itself.
        process = subprocess.Popen([*command, "up", _SERVICE], env=environ)
    except FileNotFoundError:
        raise ContainerUnusable(
            "docker was not found: install it and start it, or take the embedded Tinybird "
            "(`uv run copier update -d local_tinybird=embedded`)."
        ) from None
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        if compose_project:
            subprocess.run([*command, "down", "--volumes"], env=environ)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not is_tinybird(port):
        if process.poll() is not None:
            raise StartFailed(f"`docker compose up` ended with code {process.returncode}.")
        if time.monotonic() > deadline:
            raise StartFailed(f"The container was not ready within {READY_WITHIN_S} s.")
        time.sleep(_POLL_S)


def _wait_for_end(port: int, process: subprocess.Popen[bytes] | None) -> None:
    print(f"Tinybird ready at {_url(port)}", flush=True)
    while process is None or process.poll() is None:
        time.sleep(_POLL_S)
    raise StartFailed(f"`docker compose up` ended with code {process.returncode}.")


def _read(client: httpx2.Client, path: str, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(path, headers=headers).raise_for_status().json()


def _new_admin(client: httpx2.Client, token: str) -> str:
    # The workspace's own admin token signs JWTs, and tasks must not send that one.
    answer = client.post(
        "/v0/tokens",
        params={"name": _ADMIN, "scope": "ADMIN"},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.raise_for_status().json()["token"]


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
