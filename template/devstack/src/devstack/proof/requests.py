"""Reads of every endpoint: values for its parameters, by type, name and description."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random

from .built import TENANT, BuiltProject, Endpoint, Parameter
from .columns import Vocabulary, texts
from .hints import chooses, columns, hints, tables
from .reads import Request

ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Pacific/Apia")

_WORD = re.compile(r"\w+")
_STARTS = frozenset({"from", "start", "starts", "since", "after", "begin", "min"})
_ENDS = frozenset({"to", "end", "ends", "until", "before", "max"})
_ZONE_NAMES = frozenset({"timezone", "time_zone", "tz", "zone"})
_CLAIM_AT_MOST = 200
# JSON alone shows whether there were rows; of the others a few prove that they tell no more.
_FORMATS = ("json",) * 12 + ("csv", "ndjson", "parquet")

_FEW = 5
_ENDING = (
    "*/ OR 1 /*",
    f" OR 1 OR {TENANT} LIKE ",
    "1\n OR 1 --",
    "('') OR 1 = 1 OR ''",
    "') OR 1 = 1 OR ('' = '",
)
# How often values of several parameters are tried together.
_COMBINATIONS = 4
_HALF, _SOME, _MOSTLY = 1 / 2, 1 / 4, 2 / 3

# What no parameter of such a type is meant to take.
_MALFORMED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("Int", "Float", "Decimal"), ("x", "", "1.5.1", "-0", "9" * 30, "1e400", "1 OR 1=1", "[1]")),
    (("Date",), ("x", "", "2026-13-45", "0000-00-00", "9999-99-99", "2026-05-01' OR 1=1 --", "[]")),
    (("Bool",), ("x", "", "maybe", "2", "[true]")),
    (("Array",), ("", "[]", ",", "'", "a'),('b", "[['a']]", "x" * 5000)),
)
_ODD = ("", "'", "''", "\\", "\\'", "\n", "a\nb --", "%", "_", "[]", "{}", "{{1}}", "0", "x" * 5000)


def tenant_requests(
    random: Random, project: BuiltProject, known: Vocabulary, tenant: str, others: list[str]
) -> tuple[Request, ...]:
    """Draw one read of each endpoint with a token of `tenant`, as the app mints it.

    Some callers ask for another tenant as well, and some required parameters are the token's.
    """
    found = []
    for endpoint in project.endpoints:
        asked = _asked(random, project, endpoint, known)
        required = [p.name for p in endpoint.parameters if p.required and p.name in asked]
        of_the_token = [name for name in required if random.random() < _HALF]
        fixed = {TENANT: tenant} | {name: asked.pop(name) for name in of_the_token}
        if random.random() < _SOME:
            claims = [name for name in others if len(name) <= _CLAIM_AT_MOST]
            asked[TENANT] = random.choice(claims)
        found.append(Request(endpoint.name, fixed, asked, random.choice(_FORMATS)))
    return tuple(found)


def odd_requests(
    random: Random, project: BuiltProject, known: Vocabulary, tenant: str, rivals: list[str]
) -> tuple[Request, ...]:
    """Draw more reads of each endpoint: with what its SQL treats specially, and malformed.

    Among the first are the names of tables, columns and pipes, and of other tenants.
    """
    claims = [name for name in rivals if len(name) <= _CLAIM_AT_MOST] or [tenant + "x"]
    # What makes another of the tenant where the two are put together.
    more = {name.replace(tenant, "") for name in claims if tenant} - {*claims, ""}
    claims = [*sorted(more), *claims]
    found = []
    for endpoint in project.endpoints:
        own = [p for p in endpoint.parameters if p.name != TENANT]
        asked = {}
        for parameter in own:
            value = random.choice(_special(project, endpoint, parameter, claims))
            if value is not None or parameter.required:
                asked[parameter.name] = _any(random, parameter, known) if value is None else value
        found.append(Request(endpoint.name, {TENANT: tenant}, asked))
        found += _choosing(random, project, endpoint, known, tenant)
        found += _together(random, project, endpoint, known, tenant)
        if own:
            few = _asked(random, project, endpoint, known)
            parameter = random.choice(own)
            few[parameter.name] = random.choice(_malformed(parameter))
            found.append(Request(endpoint.name, {TENANT: tenant}, few))
    return tuple(found)


def _choosing(
    random: Random, project: BuiltProject, endpoint: Endpoint, known: Vocabulary, tenant: str
) -> list[Request]:
    # Of the tables and columns that a caller may name each is named.
    asked = _asked(random, project, endpoint, known)
    return [
        Request(endpoint.name, {TENANT: tenant}, asked | {parameter.name: name})
        for parameter in endpoint.parameters
        if parameter.name != TENANT and chooses(project, endpoint, parameter.name)
        for name in hints(project, endpoint, parameter.name)
    ]


def _together(
    random: Random, project: BuiltProject, endpoint: Endpoint, known: Vocabulary, tenant: str
) -> list[Request]:
    # What stands beside two parameters may matter only where both have it.
    near = {
        parameter.name: texts
        for parameter in endpoint.parameters
        if parameter.name != TENANT and (texts := hints(project, endpoint, parameter.name))
    }
    if len(near) < 2:
        return []
    asked = _asked(random, project, endpoint, known)
    combinations = (
        {name: random.choice(texts) for name, texts in near.items()} for _ in range(_COMBINATIONS)
    )
    return [Request(endpoint.name, {TENANT: tenant}, asked | each) for each in combinations]


def nobodys_requests(
    random: Random, project: BuiltProject, known: Vocabulary
) -> tuple[Request, ...]:
    """Draw one read of each endpoint with a token that fixes no tenant: it must show no rows."""
    return tuple(
        Request(endpoint.name, {}, _asked(random, project, endpoint, known))
        for endpoint in project.endpoints
    )


def _asked(
    random: Random, project: BuiltProject, endpoint: Endpoint, known: Vocabulary
) -> dict[str, str]:
    # Both ends of a period, or what the endpoint takes by default; mostly a period with rows.
    days = sorted(random.choices(known.days, k=2))
    has_days = random.random() < _MOSTLY
    asked = {}
    for parameter in endpoint.parameters:
        if parameter.name == TENANT:
            continue
        is_day = parameter.type.startswith("Date")
        if parameter.required or (has_days if is_day else random.random() < _HALF):
            few = _days(parameter, days) if is_day else _listed(project, endpoint, parameter)
            asked[parameter.name] = random.choice(few) if few else _any(random, parameter, known)
    return asked


def _days(parameter: Parameter, days: list[str]) -> list[str]:
    parts = set(parameter.name.lower().split("_"))
    chosen = days[:1] if parts & _STARTS else days[1:] if parts & _ENDS else days
    clock = "" if parameter.type in ("Date", "Date32") else " 12:00:00"
    fraction = ".000" if parameter.type == "DateTime64" else ""
    return [f"{day}{clock}{fraction}" for day in chosen]


def _listed(project: BuiltProject, endpoint: Endpoint, parameter: Parameter) -> list[str]:
    # What the description lists and the SQL compares with, such as hour, day, week, month.
    if parameter.name.lower() in _ZONE_NAMES:
        return list(ZONES)
    listed = set(_WORD.findall(parameter.description)) & set(project.words(endpoint.name))
    is_text = not parameter.type.startswith(("Int", "UInt", "Float", "Array", "Bool"))
    return [*sorted(listed) * 4, "", "nonsense"] if listed and is_text else []


def _any(random: Random, parameter: Parameter, known: Vocabulary) -> str:
    default = [] if parameter.default is None else [str(parameter.default)]
    if "Int" in parameter.type:
        few = [*default, "1", "2", "3", "5", "100"] * 4
        return random.choice([*few, "0", "-1", *(str(n) for n in known.numbers)])
    if "Float" in parameter.type or "Decimal" in parameter.type:
        return random.choice([*default, "0", "1", "2.25", "-1.5"])
    if parameter.type in ("Boolean", "Bool"):
        return random.choice(["true", "false", "1", "0"])
    usual = texts(parameter.name, known)
    if parameter.type.startswith("Array"):
        parts = [part for text in default for part in text.strip("[]").split(",")]
        return ",".join(_either(random, parts, usual) for _ in range(random.randint(1, 4)))
    return _either(random, default, usual)


def _either(random: Random, few: Sequence[str], usual: Callable[[Random], str]) -> str:
    return random.choice(few) if few and random.random() < _SOME else usual(random)


def _special(
    project: BuiltProject, endpoint: Endpoint, parameter: Parameter, rivals: list[str]
) -> list[str | None]:
    # In equal parts, two of them for what is most likely to matter.
    near = hints(project, endpoint, parameter.name)
    parts: list[tuple[str | None, ...]] = [near, near, (None,)]
    if "JSON" in parameter.type:
        parts += [tuple(json.dumps([dict.fromkeys(near, rival)]) for rival in rivals[-_FEW:])] * 2
    elif not _is_number(parameter):
        names = (*[TENANT] * _FEW, *columns(project), *project.pipes)
        parts += [tables(project), names, tuple(rivals), _injections(project)]
    longest = max(map(len, parts))
    return [part[n % len(part)] for part in parts if part for n in range(longest)]


def _injections(project: BuiltProject) -> tuple[str, ...]:
    # What ends a comment or a text that the value was put into.
    selects = [f"SELECT count() FROM {name}" for name in tables(project)]
    more = [f"1\nUNION ALL {select} " for select in selects]
    before = [f"1\n{select} UNION ALL --" for select in selects]
    return (*_ENDING, *more, *before)


def _malformed(parameter: Parameter) -> tuple[str, ...]:
    for types, values in _MALFORMED:
        if any(name in parameter.type for name in types):
            return values
    return _ODD


def _is_number(parameter: Parameter) -> bool:
    return any(name in parameter.type for name in ("Int", "Float", "Decimal", "Bool"))
