"""Only secrets that were made for this machine are taken."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path

import pytest
from devstack.errors import IdentityInvalid
from devstack.identity import SECRETS, new_env_local, read_identity
from dotenv import dotenv_values

REAL = {
    "TINYBIRD_JWT_SECRET": "p.eyJ1IjogIjEyMyIsICJpZCI6ICI0NTYifQ.c2lnbmF0dXJlLW9mLXR5cGU",
    "TINYBIRD_INGEST_TOKEN": "p.eyJ1IjogIjEyMyIsICJpZCI6ICI3ODkifQ.c2lnbmF0dXJlLW9mLXR5cGU",
    "TINYBIRD_API_KEY": "p.eyJ1IjogIjEyMyIsICJpZCI6ICIwMTIifQ.c2lnbmF0dXJlLW9mLXR5cGU",
    "TINYBIRD_ADMIN_TOKEN": "p.not_local_0123456789",
    "CLERK_SECRET_KEY": "sk_test_" + "x" * 28,
    "CLERK_WEBHOOK_SIGNING_SECRET": "whsec_" + base64.b64encode(b"from the dashboard").decode(),
}


def values(**changes: str) -> dict[str, str]:
    fresh = dotenv_values(stream=io.StringIO(new_env_local()))
    return {name: value or "" for name, value in fresh.items()} | changes


def test_a_fresh_identity_is_taken_and_its_secrets_show_in_no_repr() -> None:
    identity = read_identity(values())

    assert not [secret for secret in SECRETS if values()[secret] in repr(identity)]
    assert "local_" not in repr(identity)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_not_local_is_refused_by_its_name_alone(name: str) -> None:
    with pytest.raises(IdentityInvalid) as caught:
        read_identity(values(**{name: REAL[name]}))

    assert str(caught.value) == (
        f"{name} in .env.local is not a local secret. "
        "Delete .env.local: the next command makes a fresh one."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLERK_PUBLISHABLE_KEY", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"),
        ("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"),
        ("CLERK_SECRET_KEY", "sk_live_local_0123456789"),
        ("CLERK_SECRET_KEY", "sk_live_" + "x" * 28),
        ("CLERK_SECRET_KEY", ""),
        ("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_not base64"),
        ("TINYBIRD_WORKSPACE_ID", "workspace"),
    ],
)
def test_production_keys_and_gaps_are_refused_with_a_sentence(name: str, value: str) -> None:
    with pytest.raises(IdentityInvalid) as caught:
        read_identity(values(**{name: value}))

    assert name in str(caught.value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize(
    "command",
    [
        ["tinybird", "--port", "0"],
        ["clerk", "--port", "0"],
        ["session-token"],
        ["dev"],
        ["run", "--", "true"],
    ],
    ids=lambda command: command[0],
)
def test_no_command_starts_with_a_production_key(tmp_path: Path, command: list[str]) -> None:
    live = "sk_live_" + "x" * 28
    text = "\n".join(f"{k}={v}" for k, v in values(CLERK_SECRET_KEY=live).items())
    (tmp_path / ".env.local").write_text(text)
    (tmp_path / "pyproject.toml").write_text(PROJECT)

    ended = subprocess.run(
        [sys.executable, "-m", "devstack", *command], cwd=tmp_path, capture_output=True, text=True
    )

    assert ended.returncode == 1
    assert "CLERK_SECRET_KEY in .env.local is not a local secret." in ended.stderr
    assert live not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


PROJECT = """[tool.devstack]
tinybird = "tinybird"
catalog = "endpoints.json"
prepare = "true"
seed = "true"
app = "true"
policy = "true"
"""
