"""No secret shows in anything that the product says, writes or starts."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import probes
from .dev import Dev, free_ports
from .probes import Said
from .product import installed

pytestmark = pytest.mark.slow

# What a user pastes: real-looking keys, none of which may ever leave `.env`.
PASTED = {
    "tinybird_workspace_id": "4b7a0b2e-9d0c-4c1f-8f57-3d2a8c6e1f00",
    "tinybird_jwt_secret": "p.eyJ1IjogInJlYWwtc2lnbmluZyJ9.kXo0pasted1signing2secret3",
    "tinybird_ingest_token": "p.eyJ1IjogInJlYWwtaW5nZXN0In0.kXo0pasted1ingest2token3",
    "tinybird_api_key": "p.eyJ1IjogInJlYWwtcHVibGljIn0.kXo0pasted1public2token3",
    "clerk_publishable_key": "pk_test_cmVhbC1nb29zZS0xMC5jbGVyay5hY2NvdW50cy5kZXYk",
    "clerk_secret_key": "sk_test_kXo0pasted1clerk2secret3",
    "clerk_webhook_signing_secret": "whsec_a1hvMHBhc3RlZDF3ZWJob29rMnNlY3JldDM=",
}
REAL = {v for k, v in PASTED.items() if k not in ("tinybird_workspace_id", "clerk_publishable_key")}
SECRET_NAME = re.compile(r"SECRET|TOKEN$|API_KEY$")
TAIL = 20


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the product with real keys in `.env`."""

    project: Path
    said: Said
    environments: str
    rendered: dict[str, bytes]
    sent: set[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Render with pasted keys, then run it and ask it everything."""
    project = installed(tmp_path_factory.mktemp("secrets") / "project", **PASTED)
    rendered, said = contents(project), Said()
    dev = Dev(project, free_ports())
    try:
        environments = probes.environments(dev)
        probes.processes(dev, said)
        session = dev.ask("session-token")
        said.tokens.add(session)
        said.note("tb", dev.ask("tb", "sql", "SELECT count() FROM events"))
        minted = probes.ask_app(dev.url, session, said)
        probes.ask_services(project, dev.ports, minted, said)
        sent = probes.ask_beside_real_keys(project, dev, session, said)
    finally:
        dev.end(signal.SIGTERM)
    said.note("dev", dev.ready_line + "".join(dev.errors))
    fail_at_tasks(project, said)
    yield Run(project, said, environments, rendered, sent)


def fail_at_tasks(project: Path, said: Said) -> None:
    """Run tasks on broken files and settings."""
    pipe = project / "tinybird" / "endpoints" / "top_events.pipe"
    pipe.write_text(pipe.read_text().replace("FROM", "FORM"))
    said.run(project, "poe", "lint", env={})
    said.run(project, "app", "policy", env={})
    refused = said.run(project, "app", "check", env=WRONG)
    assert [name for name in WRONG if name not in refused] == []
    doubled = {"TINYBIRD_INGEST_TOKEN": PASTED["tinybird_jwt_secret"]}
    assert "must not be TINYBIRD_JWT_SECRET" in said.run(project, "app", "check", env=doubled)


def contents(project: Path) -> dict[str, bytes]:
    """Read every file of a project but those of the two environments."""
    files = (path for path in project.rglob("*") if path.is_file() and ".venv" not in path.parts)
    return {str(path.relative_to(project)): path.read_bytes() for path in files}


def secrets_of(path: Path) -> set[str]:
    """Read the secrets that a file of variables holds."""
    found = probes.variables(path).items()
    return {value for name, value in found if value and SECRET_NAME.search(name)}


def showing(texts: dict[str, str], secrets: set[str]) -> list[str]:
    """Return the sources of the texts in which the end of a secret stands."""
    tails = [secret.rstrip("=")[-TAIL:] for secret in secrets]
    return [source for source, text in texts.items() if any(tail in text for tail in tails)]


# A variable, and a value that is wrong for it.
WRONG = {
    "TINYBIRD_JWT_SECRET": "kXo0pasted1signing2secret3 with a blank",
    "TINYBIRD_INGEST_TOKEN": "kXo0pasted1ingest2token3 with a blank",
    "TINYBIRD_API_KEY": "kXo0pasted1public2token3\tp.",
    "TINYBIRD_API_URL": f"https://user:{PASTED['tinybird_api_key']}@api.tinybird.co",
    "CLERK_PUBLISHABLE_KEY": PASTED["clerk_secret_key"],
    "CLERK_SECRET_KEY": "kXo0pasted1clerk2secret3 with a blank",
    "CLERK_JWT_KEY": PASTED["clerk_webhook_signing_secret"],
    "CLERK_AUTHORIZED_PARTIES": PASTED["clerk_secret_key"],
}


def test_pasted_secrets_are_written_to_env_alone(run: Run) -> None:
    for secret in REAL:
        holders = [name for name, text in run.rendered.items() if secret.encode() in text]

        assert holders == [".env"]


def test_real_secrets_reach_no_process_and_no_file_of_the_devstack(run: Run) -> None:
    after = contents(run.project)

    assert showing({"environments": run.environments}, REAL) == []
    assert [n for n, text in after.items() for s in REAL if s.encode() in text] == [".env"] * 5


def test_local_secrets_are_in_private_files_alone(run: Run) -> None:
    local = secrets_of(run.project / ".env.local")
    holders = {
        name
        for name, text in contents(run.project).items()
        if any(secret.encode() in text for secret in local)
    }

    assert len(local) == 6
    assert holders == {".env.local"}
    for name in (".env", ".env.local", ".devstack"):
        assert (run.project / name).stat().st_mode & 0o077 == 0, name


def test_nothing_that_was_said_shows_a_secret_or_a_token(run: Run) -> None:
    secrets = secrets_of(run.project / ".env.local") | REAL | run.said.tokens

    # The real ones were in use, and quoted back by what they were sent to.
    assert {PASTED["tinybird_ingest_token"], PASTED["tinybird_api_key"]} <= run.sent
    assert PASTED["tinybird_jwt_secret"] not in run.sent
    assert len(secrets) >= 13
    assert {200, 400, 401, 403, 404, 405, 409, 421, 429, 500, 502, 503} <= run.said.statuses
    assert showing(run.said.texts, secrets | run.sent) == []
