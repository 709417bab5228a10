"""Everything that the environment decides, read once at start and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from roost import variables
from roost.environment import Reader, read_values
from roost.identity.clerk import PublishableKey, cookie_suffix, parse_publishable_key
from roost.identity.jwks import KeySet, parse_pem
from roost.identity.session import SessionRules
from roost.net.origins import hostname_of, is_loopback, parse_base_url
from roost.telemetry.logs import LogFormat
from roost.tinybird.tokens import RateLimitBy, TokenRules

# Goes on after a variable's name.
MUST_DIFFER = (
    "must not be TINYBIRD_JWT_SECRET, which is sent nowhere, but to Clerk where Clerk mints"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The app's settings; what each variable means stands in `.env.example`.

    Their names, what they may hold and what they are by default stand in `_read`, below.
    """

    tinybird_api_url: str
    token_rules: TokenRules
    clerk_key: PublishableKey
    authorized_parties: tuple[str, ...]
    tinybird_ingest_token: str = field(repr=False)
    tinybird_api_key: str = field(repr=False)
    clerk_secret_key: str = field(repr=False)
    clerk_webhook_secrets: tuple[str, ...] = field(repr=False)
    clerk_static_keys: KeySet | None = field(repr=False)
    clerk_proxy_url: str | None
    clerk_api_url: str
    sign_in_url: str
    sign_up_url: str
    after_sign_in_url: str
    after_sign_up_url: str
    frame_ancestors: str
    trusted_proxies: tuple[variables.Network, ...]
    log_format: LogFormat | None
    daily_query_budget: int | None
    dashboard_reads: variables.DashboardReads
    frontend_mode: variables.FrontendMode

    @property
    def frontend_api(self) -> str:
        """The base URL of Clerk's Frontend API: the issuer, and where ClerkJS comes from."""
        return self.clerk_proxy_url or f"https://{self.clerk_key.frontend_host}"

    @property
    def jwks_url(self) -> str:
        """Where Clerk publishes its keys."""
        return f"{self.frontend_api}/.well-known/jwks.json"

    @property
    def cookie_suffix(self) -> str:
        """The suffix of this Clerk instance's cookies."""
        return cookie_suffix(self.clerk_key.text)

    @property
    def session_rules(self) -> SessionRules:
        """Whose session tokens are accepted."""
        return SessionRules(self.frontend_api, frozenset(self.authorized_parties))

    @property
    def is_https(self) -> bool:
        """Tell whether every page of the app is served over https."""
        return all(party.startswith("https://") for party in self.authorized_parties)


def load_settings(
    environ: Mapping[str, str] | None = None, dotenv_path: Path | None = None
) -> Settings:
    """Read the process environment, and `.env` of the working directory below it.

    Raises: SettingsInvalid: naming every variable that is missing or malformed.
    """
    reader = Reader(read_values(environ, dotenv_path))
    settings = _read(reader)
    _check_secrets_differ(settings, reader.problems)
    _check_mode(settings, reader.problems)
    reader.check()
    return settings


def _read(reader: Reader) -> Settings:
    optional = reader.optional
    key = reader.required("CLERK_PUBLISHABLE_KEY", parse_publishable_key, _MENDS["key"])
    return Settings(
        tinybird_api_url=reader.required("TINYBIRD_API_URL", parse_base_url, _MENDS["url"]) or "",
        token_rules=_token_rules(reader),
        clerk_key=key or PublishableKey("", is_live=False, frontend_host=""),
        authorized_parties=_parties(reader, is_live=key is not None and key.is_live),
        tinybird_ingest_token=optional("TINYBIRD_INGEST_TOKEN", variables.parse_token, ""),
        tinybird_api_key=optional("TINYBIRD_API_KEY", variables.parse_token, ""),
        clerk_secret_key=optional("CLERK_SECRET_KEY", variables.parse_token, ""),
        clerk_webhook_secrets=optional(
            "CLERK_WEBHOOK_SIGNING_SECRET", variables.parse_webhook_secrets, ()
        ),
        clerk_static_keys=optional("CLERK_JWT_KEY", parse_pem, None),
        clerk_proxy_url=optional("CLERK_PROXY_URL", parse_base_url, None),
        clerk_api_url=optional("CLERK_API_URL", parse_base_url, "https://api.clerk.com"),
        sign_in_url=optional("CLERK_SIGN_IN_URL", variables.parse_page_url, "/sign-in"),
        sign_up_url=optional("CLERK_SIGN_UP_URL", variables.parse_page_url, "/sign-up"),
        after_sign_in_url=optional("CLERK_AFTER_SIGN_IN_URL", variables.parse_page_url, "/"),
        after_sign_up_url=optional("CLERK_AFTER_SIGN_UP_URL", variables.parse_page_url, "/"),
        frame_ancestors=optional("FRAME_ANCESTORS", variables.parse_frame_ancestors, "'none'"),
        trusted_proxies=optional("FORWARDED_ALLOW_IPS", variables.parse_networks, ()),
        log_format=optional("LOG_FORMAT", variables.parse_log_format, None),
        daily_query_budget=optional("DAILY_QUERY_BUDGET", variables.parse_budget, None),
        dashboard_reads=optional("DASHBOARD_READS", variables.parse_dashboard_reads, "direct"),
        frontend_mode=optional("FRONTEND_MODE", variables.parse_frontend_mode, "built"),
    )


def _token_rules(reader: Reader) -> TokenRules:
    workspace_id = reader.required("TINYBIRD_WORKSPACE_ID", variables.parse_uuid, _MENDS["id"])
    secret = reader.required(
        "TINYBIRD_JWT_SECRET", variables.parse_signing_secret, _MENDS["secret"]
    )
    by: RateLimitBy = reader.optional("RATE_LIMIT_BY", variables.parse_rate_limit_by, "user")
    return TokenRules(
        workspace_id=workspace_id or "",
        secret=secret or "",
        ttl_s=reader.optional("TOKEN_TTL_SECONDS", variables.parse_ttl, 300),
        rate_limit_rps=reader.optional("RATE_LIMIT_RPS", variables.parse_rps, 10),
        rate_limit_by=by,
    )


def _parties(reader: Reader, *, is_live: bool) -> tuple[str, ...]:
    if is_live:
        name, mend = "CLERK_AUTHORIZED_PARTIES", _MENDS["parties"]
        return reader.required(name, variables.parse_parties, mend) or ()
    port = reader.optional("PORT", variables.parse_port, 8000)
    loopback = (f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    return reader.optional("CLERK_AUTHORIZED_PARTIES", variables.parse_parties, loopback)


def _check_secrets_differ(settings: Settings, problems: list[str]) -> None:
    sent = {
        "TINYBIRD_INGEST_TOKEN": settings.tinybird_ingest_token,
        "TINYBIRD_API_KEY": settings.tinybird_api_key,
    }
    for name, token in sent.items():
        if token and token == settings.token_rules.secret:
            problems.append(f"{name} {MUST_DIFFER}.")


def _check_mode(settings: Settings, problems: list[str]) -> None:
    # A page in production must never load what a development server answers with.
    origins = settings.authorized_parties
    is_local = all(is_loopback(hostname_of(origin.partition("://")[2])) for origin in origins)
    if settings.frontend_mode == "dev" and (settings.clerk_key.is_live or not is_local):
        problems.append("FRONTEND_MODE is dev, which `uv run poe dev` sets on a laptop: unset it.")


_MENDS = {
    "url": "type your region's API host, such as https://api.tinybird.co",
    "id": "type the workspace's UUID, which `tb workspace current` shows",
    "secret": "paste the token called 'workspace admin token'",
    "key": "paste pk_test_... or pk_live_... of Clerk's page API keys",
    "parties": "with a pk_live_ key, type the origins of your pages: https://app.example.com",
}
