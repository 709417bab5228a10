"""The product asked in every way we know, and all that it said."""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

from .dev import Dev
from .echo import STATUSES, echo
from .product import stack

# What the app is asked with each kind of credentials.
REQUESTS = (
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/api/me"),
    ("GET", "/api/me?expected_tenant=org_local_globex"),
    ("GET", "/api/analytics"),
    ("GET", "/api/analytics/top_events?timezone=Nowhere"),
    ("GET", "/api/analytics/top_events?token=x"),
    ("GET", "/api/analytics/event_types"),
    ("GET", "/api/analytics/unknown"),
    ("GET", "/api/nothing"),
    ("DELETE", "/api/me"),
    ("POST", "/api/events"),
)


@dataclass(slots=True)
class Said:
    """What left the product, by its source; the tokens that were made; the statuses seen."""

    texts: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)

    def note(self, source: str, text: str) -> None:
        """Keep a text."""
        self.texts[f"{len(self.texts)} {source}"] = text

    def answer(self, answer: httpx2.Response, *, body: bool = True) -> httpx2.Response:
        """Keep an answer: its headers, and its body unless a token is its purpose."""
        text = answer.text if body else ""
        self.statuses.add(answer.status_code)
        self.note(f"{answer.request.method} {answer.url.path}", f"{answer.headers.raw}\n{text}")
        return answer

    def run(self, project: Path, *command: str, env: Mapping[str, str]) -> str:
        """Run a command of the project, whatever it ends with, and keep what it prints."""
        ended = subprocess.run(
            ["uv", "run", "--quiet", "--no-active", "--no-sync", *command],
            cwd=project,
            env={**stack.clean_environment(), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.note(" ".join(command), ended.stdout)
        return ended.stdout


def processes(dev: Dev, said: Said) -> None:
    """Keep the environment and the command line of every process of a run of `poe dev`."""
    for process in dev.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            said.note(f"command line of {process.pid}", " ".join(process.cmdline()))


def environments(dev: Dev) -> str:
    """Return the environments of all processes of a run of `poe dev`."""
    found = []
    for process in dev.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(f"{process.name()} {process.environ()}")
    assert len(found) >= 4
    return "\n".join(found)


def variables(path: Path) -> dict[str, str]:
    """Read a file of variables as it stands."""
    return dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", path.read_text()))


def ask_app(url: str, session: str, said: Said) -> str:
    """Ask an app for everything with every kind of credentials; return a minted token."""
    signed = {"Authorization": f"Bearer {session}"}
    with httpx2.Client(base_url=url, timeout=30) as app:
        for headers in ({}, signed, {"Authorization": f"Bearer {session[:-4]}"}, cookie(session)):
            for method, path in REQUESTS:
                # A page carries a token for the browser that has the session.
                is_page = "/api/" not in path and session in str(headers)
                said.answer(app.request(method, path, headers=headers), body=not is_page)
        odd = [{"Host": "evil.example"}, {"Origin": "null", **cookie(session)}, {"Accept": "x/y"}]
        for headers in odd:
            said.answer(app.post("/api/events", content=b"{", headers={**signed, **headers}))
        answer = app.get("/api/tinybird/token", headers=signed)
    said.answer(answer, body=False)
    said.tokens.add(answer.json()["token"])
    return answer.json()["token"]


def cookie(session: str) -> dict[str, str]:
    """Return a session as a browser sends it."""
    return {"Cookie": f"__session={session}"}


def ask_upstream(url: str, session: str, said: Said) -> None:
    """Ask an app for what it asks Tinybird for, with each of its three tokens."""
    signed = {"Authorization": f"Bearer {session}"}
    with httpx2.Client(base_url=url, headers=signed, timeout=30) as app:
        said.answer(app.get("/api/analytics/top_events"))
        said.answer(app.post("/api/events", json=[{"event": "probed"}]))
        said.answer(app.get("/readyz"))
    said.answer(httpx2.get(f"{url}/api/analytics/event_types", timeout=60))


def ask_services(project: Path, ports: Mapping[str, str], minted: str, said: Said) -> None:
    """Ask both local services for what they refuse, with tokens in header and query."""
    local = variables(project / ".env.local")
    given = [minted, minted[:-4], local["TINYBIRD_API_KEY"], "p.local_unknown"]
    refused = ("pipes/none.json", "sql", "tokens/x", "variables", "nothing")
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{ports['TB_LOCAL_PORT']}", timeout=60
    ) as tinybird:
        for token in given:
            for path in refused:
                said.answer(tinybird.get(f"/v0/{path}", params={"token": token, "q": "SELECT x"}))
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{ports['CLERK_LOCAL_PORT']}", timeout=60
    ) as clerk:
        for token in (*given, local["CLERK_SECRET_KEY"]):
            headers = {"Authorization": f"Bearer {token}"}
            for path in ("/v1/users", "/v1/users/none", "/v1/nothing", "/v1/client"):
                said.answer(clerk.get(path, headers=headers))


def ask_beside_real_keys(project: Path, dev: Dev, session: str, said: Said) -> set[str]:
    """Serve the app on `.env` with a Tinybird that quotes tokens; return those it was sent."""
    local = variables(project / ".env.local")
    clerk = f"http://127.0.0.1:{dev.ports['CLERK_LOCAL_PORT']}"
    with echo() as tinybird:
        env = {
            "PORT": str(stack.free_port()),
            "TINYBIRD_API_URL": tinybird.url,
            "CLERK_PUBLISHABLE_KEY": local["CLERK_PUBLISHABLE_KEY"],
            "CLERK_PROXY_URL": clerk,
            "CLERK_AUTHORIZED_PARTIES": dev.url,
        }
        with serving(project, env, said) as url:
            for _ in STATUSES:
                ask_upstream(url, session, said)
            tinybird.shutdown()
            tinybird.server_close()
            ask_upstream(url, session, said)
            break_a_page(project, url, session, said)
        return tinybird.tokens


def break_a_page(project: Path, url: str, session: str, said: Said) -> None:
    """Let the template of a page build on one that is not there, and ask for the page."""
    (templates,) = project.glob("src/*/dashboard/templates")
    template = templates / "sign_up.html"
    template.write_text('{% extends "nothing.html" %}')
    answer = httpx2.get(f"{url}/sign-up", headers=cookie(session), timeout=60)
    template.unlink()
    assert answer.status_code == 500
    said.answer(answer)


@contextlib.contextmanager
def serving(project: Path, env: Mapping[str, str], said: Said) -> Generator[str]:
    """Serve the app as `poe serve` does, and keep all that it prints."""
    process = subprocess.Popen(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "app", "serve"],
        cwd=project,
        env={**stack.clean_environment(), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    url = f"http://127.0.0.1:{env['PORT']}"
    try:
        wait_until_up(f"{url}/healthz")
        yield url
    finally:
        process.terminate()
        said.note("app serve", process.communicate(timeout=60)[0])


def wait_until_up(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx2.TransportError):
            httpx2.get(url, timeout=60)
            return
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within 60 s")
