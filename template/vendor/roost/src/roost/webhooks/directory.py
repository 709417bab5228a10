"""What Clerk's events tell about organizations, memberships and users, as rows.

Source: https://clerk.com/docs/guides/development/webhooks/overview
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from roost.errors import AppError
from roost.identity.tenancy import is_tenant_id

# Whatever JSON holds: what is not as expected raises where it is used.
Data = Mapping[str, Any]
_MAX_TEXT = 500
# The year 2200: the datasource's times end before 2300.
_TOO_LATE_MS = 7_258_118_400_000


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the datasource `tenants`; the one with the newest `updated_at` counts.

    tenant_id: the organization, and for a user the user.  updated_at: ISO 8601, UTC.
    deleted: 1 makes it a tombstone.
    """

    tenant_id: str
    kind: str
    id: str
    name: str = ""
    slug: str = ""
    user_id: str = ""
    role: str = ""
    updated_at: str = ""
    deleted: int = 0


def read_change(text: str) -> Change | None:
    """Read a verified event; None if the app has no use for its type.

    Raises: AppError: `request-invalid` (400) if it is not as Clerk documents it.
    """
    try:
        event = json.loads(text)
        kind, _, verb = event["type"].partition(".")
        if kind not in _KINDS or verb not in _VERBS:
            return None
        data, is_deletion = event["data"], verb == "deleted"
        # What is deleted has no time of its own, or that of its last change: the event's is later.
        moment = event["timestamp"] if is_deletion else data["updated_at"]
        return replace(_KINDS[kind](data), updated_at=_utc(moment), deleted=int(is_deletion))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AppError("request-invalid", "The event is not as Clerk documents it.") from error


def _organization(data: Data) -> Change:
    id_ = _id(data["id"])
    return Change(id_, "organization", id_, _text(data.get("name")), _text(data.get("slug")))


def _membership(data: Data) -> Change:
    tenant_id, user_id = _id(data["organization"]["id"]), _id(data["public_user_data"]["user_id"])
    role = _text(data.get("role"))
    return Change(tenant_id, "membership", _id(data["id"]), user_id=user_id, role=role)


def _user(data: Data) -> Change:
    id_ = _id(data["id"])
    names = (_text(data.get("first_name")), _text(data.get("last_name")))
    return Change(id_, "user", id_, " ".join(name for name in names if name))


def _id(value: object) -> str:
    if not isinstance(value, str) or not is_tenant_id(value):
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    # Half a character, which JSON may spell, could never be stored, and Clerk would send it again
    # and again: it becomes U+FFFD, as in browsers.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")[:_MAX_TEXT]


def _utc(milliseconds: object) -> str:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        raise TypeError
    if not 0 <= milliseconds < _TOO_LATE_MS:
        raise ValueError
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_KINDS: Mapping[str, Callable[[Data], Change]] = {
    "organization": _organization,
    "organizationMembership": _membership,
    "user": _user,
}
_VERBS = frozenset({"created", "updated", "deleted"})
