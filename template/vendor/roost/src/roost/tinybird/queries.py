"""A request to /api/analytics becomes a query: declared parameters only, each once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, urlencode

from roost.errors import AppError
from roost.policy.catalog import Endpoint

Format = Literal["json", "csv"]

# Source: tinybird 5.0.2, sql_template.RESERVED_PARAM_NAMES, and what the API itself reads.
RESERVED = frozenset(
    {
        "__tb__csv_header",
        "__tb__deployment",
        "__tb__semver",
        "cli_version",
        "debug",
        "debug_source_tables",
        "explain",
        "finalize_aggregations",
        "format",
        "from",
        "job_timestamp",
        "output_format_json_quote_64bit_integers",
        "output_format_json_quote_denormals",
        "output_format_parquet_string_as_string",
        "pipeline",
        "playground",
        "q",
        "query_id",
        "release_replacements",
        "tag",
        "template_parameters",
        "token",
    }
)
EXPECTED_TENANT = "expected_tenant"
_MAX_QUERY = 16_384
_MAX_FIELDS = 100


class Query(NamedTuple):
    """A checked query; `params` are the caller's own, sorted, never a fixed one."""

    endpoint: str
    format: Format
    params: tuple[tuple[str, str], ...]


def parse_query_string(text: str) -> list[tuple[str, str]]:
    """Split a query string into its pairs.

    Raises: AppError: `request-invalid` (400) if it is no UTF-8, too long or holds a NUL.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise AppError("request-invalid", "The query string cannot be read.") from error
    if len(text) > _MAX_QUERY or any("\0" in name + value for name, value in pairs):
        raise AppError("request-invalid", "The query string cannot be read.")
    return pairs


def write_query(params: Mapping[str, object]) -> str:
    """Write parameters as a query string: lists joined by commas, those that are None left out."""
    given = {name: write_value(value) for name, value in params.items() if value is not None}
    return urlencode(given)


def write_value(value: object) -> str:
    """Write a parameter's value: a list joined by commas."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def expected_tenants(header: str | None, query_string: str) -> tuple[str, ...]:
    """Return every tenant that a page believes in.

    Args: header: X-Expected-Tenant; several are joined by commas.  query_string: as it was sent.
    """
    in_header = [] if header is None else [tenant.strip() for tenant in header.split(",")]
    if not query_string:
        return tuple(in_header)
    pairs = parse_qsl(query_string, keep_blank_values=True)
    return (*in_header, *(value for name, value in pairs if name == EXPECTED_TENANT))


def parse_query(
    endpoint: Endpoint, fixed: Collection[str], query_string: str, accept: str | None
) -> Query:
    """Check the parameters of a request against those that the endpoint declares.

    Args: fixed: the parameters that the session decides; a caller cannot give them.
    Raises: AppError: `parameter-unknown`, `-repeated`, `-reserved` (400), `not-acceptable` (406).
    """
    params: dict[str, str] = {}
    for name, value in parse_query_string(query_string):
        if name == EXPECTED_TENANT:
            continue
        if name in params:
            raise AppError("parameter-repeated", f"{name!r} is given more than once.")
        _check_name(name, endpoint, fixed)
        params[name] = value
    return Query(endpoint.name, choose_format(accept), tuple(sorted(params.items())))


def choose_format(accept: str | None) -> Format:
    """Choose CSV or JSON as the Accept header prefers; JSON where it does not care.

    Raises: AppError: `not-acceptable` (406).
    """
    weights = _weights(accept or "*/*")
    json_weight = _weight(weights, "application/json", "application/*")
    csv_weight = weights.get("text/csv", weights.get("text/*", 0.0))
    if max(json_weight, csv_weight) <= 0:
        raise AppError("not-acceptable")
    return "csv" if csv_weight > json_weight else "json"


def cache_key(
    workspace_id: str, query: Query, fixed: Mapping[str, str] | None
) -> tuple[object, ...]:
    """Return everything that an answer depends on; `fixed` is None for a public read."""
    decided = None if fixed is None else tuple(sorted(fixed.items()))
    return (workspace_id, query.endpoint, decided, query.params, query.format)


def _check_name(name: str, endpoint: Endpoint, fixed: Collection[str]) -> None:
    if name in fixed or name in RESERVED:
        raise AppError("parameter-reserved", f"{name!r} cannot be set by a caller.")
    if name not in endpoint.parameters:
        raise AppError("parameter-unknown", f"{endpoint.name} takes no parameter {name!r}.")


def _weight(weights: Mapping[str, float], *ranges: str) -> float:
    for media_range in (*ranges, "*/*"):
        if media_range in weights:
            return weights[media_range]
    return 0.0


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for entry in accept.split(","):
        media_range, *settings = (part.strip().lower() for part in entry.split(";"))
        quality = next((text[2:] for text in settings if text.startswith("q=")), "1")
        try:
            weights[media_range] = float(quality)
        except ValueError:
            weights[media_range] = 0.0
    return weights
