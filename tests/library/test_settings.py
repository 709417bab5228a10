from __future__ import annotations

from pathlib import Path

import pytest
from roost.environment import SettingsInvalid
from roost.settings import Settings, load_settings

from .conftest import ENVIRONMENT, NO_FILE, SECRET
from .issuer import Issuer


def load(**changes: str) -> Settings:
    return load_settings({**ENVIRONMENT, **changes}, NO_FILE)


def problems(**changes: str) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        load(**changes)
    return str(caught.value)


def test_a_bare_environment_names_everything_that_is_missing() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings({}, NO_FILE)

    named = [line.split(" ")[0] for line in str(caught.value).splitlines()]
    assert named == [
        "CLERK_PUBLISHABLE_KEY",
        "TINYBIRD_API_URL",
        "TINYBIRD_WORKSPACE_ID",
        "TINYBIRD_JWT_SECRET",
    ]


def test_defaults_are_those_of_the_example_file() -> None:
    settings = load(CLERK_AUTHORIZED_PARTIES="")

    assert settings.token_rules.ttl_s == 300
    assert settings.token_rules.rate_limit_rps == 10
    assert settings.token_rules.rate_limit_by == "user"
    assert settings.authorized_parties == ("http://127.0.0.1:8000", "http://localhost:8000")
    assert settings.frontend_api == "https://foo-bar-13.clerk.accounts.dev"
    assert settings.jwks_url == "https://foo-bar-13.clerk.accounts.dev/.well-known/jwks.json"
    assert settings.frame_ancestors == "'none'"
    assert settings.daily_query_budget is None
    assert settings.dashboard_reads == "direct"
    assert not settings.is_https


def test_the_proxy_is_issuer_and_key_server_where_it_is_set() -> None:
    settings = load(CLERK_PROXY_URL="http://127.0.0.1:7190/")

    assert settings.session_rules.issuer == "http://127.0.0.1:7190"
    assert settings.jwks_url == "http://127.0.0.1:7190/.well-known/jwks.json"


def test_the_process_beats_the_file_even_with_an_empty_variable(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TINYBIRD_API_KEY=p.file\nRATE_LIMIT_RPS=7\nPORT=9000\nUNKNOWN=1\n")
    environ = {**ENVIRONMENT, "TINYBIRD_API_KEY": "", "CLERK_AUTHORIZED_PARTIES": ""}

    settings = load_settings(environ, file)

    assert settings.tinybird_api_key == ""
    assert settings.token_rules.rate_limit_rps == 7
    assert settings.authorized_parties[0] == "http://127.0.0.1:8000"


def test_the_file_is_taken_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TINYBIRD_API_KEY='p.${HOME}'\n")
    environ = {key: value for key, value in ENVIRONMENT.items() if key != "TINYBIRD_API_KEY"}

    assert load_settings(environ, file).tinybird_api_key == "p.${HOME}"


def test_the_environment_file_of_the_next_js_template_starts_the_app(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "NEXT_PUBLIC_TINYBIRD_API_URL=https://api.tinybird.co\n"
        "TINYBIRD_WORKSPACE_ID=7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11\n"
        f"TINYBIRD_JWT_SECRET={SECRET}\n"
        "NEXT_PUBLIC_TINYBIRD_API_KEY=p.public\n"
        "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY=pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk\n"
        "CLERK_SECRET_KEY=sk_test_x\n"
        "NEXT_PUBLIC_CLERK_SIGN_IN_URL=/enter\n"
        "CLERK_SIGN_UP_URL=\n"
        "NEXT_PUBLIC_CLERK_SIGN_UP_URL=/join\n"
    )

    settings = load_settings({}, file)

    assert settings.tinybird_api_url == "https://api.tinybird.co"
    assert settings.tinybird_api_key == "p.public"
    assert settings.sign_in_url == "/enter"
    assert settings.sign_up_url == "/join"


def test_an_empty_process_variable_beats_the_other_spelling_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("NEXT_PUBLIC_TINYBIRD_API_KEY=p.file\n")

    assert load_settings({**ENVIRONMENT, "TINYBIRD_API_KEY": ""}, file).tinybird_api_key == ""


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TINYBIRD_API_URL", "http://api.tinybird.co", "must start with https://"),
        ("TINYBIRD_API_URL", "api.tinybird.co", "must be a URL"),
        ("TINYBIRD_API_URL", "https://u:p@api.tinybird.co", "must be a URL"),
        ("TINYBIRD_API_URL", "https://api.tinybird.co?x=1", "without ? or #"),
        ("TINYBIRD_WORKSPACE_ID", "my-workspace", "must be the workspace's UUID"),
        ("TINYBIRD_JWT_SECRET", "short", "is too short"),
        ("TINYBIRD_JWT_SECRET", f"{SECRET} x", "must be one word"),
        ("TINYBIRD_INGEST_TOKEN", SECRET, "is sent nowhere, but to Clerk where Clerk mints"),
        ("TINYBIRD_API_KEY", SECRET, "must not be TINYBIRD_JWT_SECRET"),
        ("CLERK_PUBLISHABLE_KEY", "sk_test_5ec2e7", "must be the publishable key"),
        ("CLERK_JWT_KEY", "no pem", "must be the PEM public key"),
        ("CLERK_PROXY_URL", "http://clerk.example.com", "must start with https://"),
        ("CLERK_AUTHORIZED_PARTIES", "https://app.example.com/x", "without a path"),
        ("CLERK_AUTHORIZED_PARTIES", "http://app.example.com", "must start with https://"),
        ("CLERK_AUTHORIZED_PARTIES", ",", "must hold the origins"),
        ("CLERK_AFTER_SIGN_IN_URL", "//evil.example", "must be a path"),
        ("CLERK_SIGN_IN_URL", "javascript:alert(1)", "must be a URL"),
        ("TOKEN_TTL_SECONDS", "3601", "must be a number from 60 to 3600"),
        ("TOKEN_TTL_SECONDS", "\u0663\u0660\u0660", "must be a number"),
        ("RATE_LIMIT_RPS", "0", "must be a number from 1 to 1000"),
        ("DAILY_QUERY_BUDGET", "0", "must be a number from 1 to 100000000"),
        ("DASHBOARD_READS", "cache", "must be direct or backend"),
        ("RATE_LIMIT_BY", "ip", "must be user or tenant"),
        ("FRAME_ANCESTORS", "example.com; script-src *", "must be 'none', 'self' or origins"),
        ("FORWARDED_ALLOW_IPS", "proxy", "must hold addresses"),
        ("PORT", "http", "must be a number from 1 to 65535"),
    ],
)
def test_a_malformed_value_is_named_with_its_mend(name: str, value: str, sentence: str) -> None:
    changes = {"CLERK_AUTHORIZED_PARTIES": "", name: value}

    text = problems(**changes)

    assert text.startswith(f"{name} ")
    assert sentence in text
    assert "5ec2e7" not in text


def test_a_live_key_asks_for_the_authorized_parties() -> None:
    live = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"

    text = problems(CLERK_PUBLISHABLE_KEY=live, CLERK_AUTHORIZED_PARTIES="")

    assert text.startswith("CLERK_AUTHORIZED_PARTIES is missing")
    assert load(CLERK_PUBLISHABLE_KEY=live).is_https


@pytest.mark.parametrize(
    ("value", "directive"),
    [("self", "'self'"), ("'none'", "'none'"), ("https://a.example", "https://a.example")],
)
def test_frame_ancestors_are_spelled_as_csp_does(value: str, directive: str) -> None:
    assert load(FRAME_ANCESTORS=value).frame_ancestors == directive


def test_no_secret_shows_in_a_repr(issuer: Issuer) -> None:
    settings = load(CLERK_JWT_KEY=issuer.pem())

    assert settings.clerk_static_keys is not None
    assert "5ec2e7" not in f"{settings!r} {settings}"


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"TINYBIRD_API_URL=\xff\n")

    with pytest.raises(SettingsInvalid, match="is not UTF-8: save it as UTF-8"):
        load_settings(ENVIRONMENT, file)


def test_vite_serves_the_page_where_everything_is_local() -> None:
    local = "http://127.0.0.1:8000,http://localhost:8000"

    assert load().frontend_mode == "built"
    assert load(FRONTEND_MODE="dev", CLERK_AUTHORIZED_PARTIES=local).frontend_mode == "dev"


@pytest.mark.parametrize(
    "production",
    [
        {"CLERK_AUTHORIZED_PARTIES": "https://app.example.com"},
        {"CLERK_AUTHORIZED_PARTIES": "http://127.0.0.1:8000,https://app.example.com"},
        {
            "CLERK_PUBLISHABLE_KEY": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
            "CLERK_AUTHORIZED_PARTIES": "http://127.0.0.1:8000",
        },
    ],
)
def test_in_production_no_page_names_a_server_of_vites(production: dict[str, str]) -> None:
    assert problems(FRONTEND_MODE="dev", **production) == (
        "FRONTEND_MODE is dev, which `uv run poe dev` sets on a laptop: unset it."
    )


def test_who_serves_the_page_is_never_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("FRONTEND_MODE=dev\n")

    assert load_settings(ENVIRONMENT, file).frontend_mode == "built"
