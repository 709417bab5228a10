"""Names of tenants: legal ones, odd ones, and those that a careless comparison confuses."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

LEGAL = ("org_acme", "org_2nAcme-X_9", "user_7", "a", "A1" * 64)
LISTED = ("org_acme,org_globex",)
# The app mints for none of these; an endpoint has to keep them apart all the same. None holds a
# percent sign: Tinybird's String() puts a backslash before it, which ClickHouse keeps, so that a
# tenant "a%" reads the rows of "a\%" whatever the pipe says (observed with tinybird 5.0.2).
ODD = (
    "",
    "org_acme' OR '1'='1",
    "['org_acme']",
    "org\\acme",
    "org_acme\\",
    "org\nacme",
    "org\0acme",
    "K\u017f\xdf_\xdcn\xeft\xe9d",
)
LONGEST = 10_000


def lookalikes(tenant: str, words: Iterable[str]) -> list[str]:
    """Return other tenants' ids, sorted; `words` are texts that the queries mention."""
    names = {
        *_cut_and_grown(tenant),
        *_cased(tenant),
        *_quoted(tenant),
        *_patterns(tenant),
        *tenant.split(","),
        *("", " ", "0", "null", "NULL", "None", "undefined", "org_globex", "__no_value__"),
        (tenant or "x") * LONGEST,
        *words,
    }
    return sorted({name[:LONGEST] for name in names} - {tenant})


def _cut_and_grown(tenant: str) -> list[str]:
    edges = ("x", "_", "-", "0", " ", "\0", "\n", "\t", "\u200b", "\ufeff", ",", ".", "/")
    grown = [tenant + edge for edge in edges] + [edge + tenant for edge in edges]
    return [*grown, tenant[:-1], tenant[1:], tenant[:1], tenant + tenant, tenant[::-1]]


def _cased(tenant: str) -> list[str]:
    # Full-width letters, and letters whose other case or normal form is an ASCII letter.
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in tenant)
    swaps = (("a", "\u0430"), ("s", "\u017f"), ("k", "\u212a"), ("i", "\u0131"), ("e", "e\u0301"))
    folded = [tenant.upper(), tenant.lower(), tenant.swapcase(), tenant.title(), tenant.casefold()]
    normal = [unicodedata.normalize(form, tenant) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    return [*folded, *normal, wide, *(tenant.replace(old, new) for old, new in swaps)]


def _quoted(tenant: str) -> list[str]:
    return [
        f"'{tenant}'",
        f'"{tenant}"',
        f"['{tenant}']",
        f"{tenant}'",
        f"{tenant}\\",
        f"{tenant}\\' OR 1=1 --",
        f"' OR '1'='1' OR '{tenant}",
        f"{tenant};--",
        f"{tenant},org_globex",
        f"org_globex,{tenant}",
        f"{{{{{tenant}}}}}",
        tenant.replace("'", "''"),
        tenant.replace("\\", "\\\\"),
        tenant.replace("\\", ""),
    ]


def _patterns(tenant: str) -> list[str]:
    replaced = [tenant.replace("_", other) for other in ("X", "%", "", "-", "\\_")]
    return [*replaced, tenant.replace("%", "any"), "%", "_", "_" * len(tenant), f"%{tenant}%", ".*"]
