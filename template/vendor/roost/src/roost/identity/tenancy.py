"""Which tenant a session acts for: the only place that decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from roost.errors import AppError
from roost.identity.session import Session

Tenancy = Literal["organization", "user"]

_TENANT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# Whom a token of Clerk's JWT template is for where the session has no organization: a name that
# owns no row, because no row is ever taken for it.
NO_ORGANIZATION = "no-organization"


class Tenant(NamedTuple):
    """A tenant and the verified session that acts for it."""

    id: str
    session: Session

    @property
    def user_id(self) -> str:
        """The signed-in user."""
        return self.session.user_id


def is_tenant_id(text: object) -> bool:
    """Tell whether a value can be a tenant's id: nothing empty, odd or reserved."""
    if not isinstance(text, str) or text == NO_ORGANIZATION:
        return False
    return _TENANT_ID.fullmatch(text) is not None


def check_tenant_id(text: object) -> str:
    """Return a tenant's id unchanged.

    Raises: AppError: `tenant-required` (403) if it is empty, odd or reserved.
    """
    if not isinstance(text, str) or not is_tenant_id(text):
        raise AppError("tenant-required")
    return text


def find_tenant(session: Session, tenancy: Tenancy) -> Tenant | None:
    """Return the tenant that a session acts for, or None."""
    tenant_id = session.org_id if tenancy == "organization" else session.user_id
    if tenant_id is None or not is_tenant_id(tenant_id):
        return None
    return Tenant(tenant_id, session)


def check_expected(expected: Iterable[str], tenant_id: str | None) -> None:
    """Refuse a request whose page believes in another tenant than the session's.

    Raises: AppError: `tenant-changed` (409).
    """
    if any(tenant != tenant_id for tenant in expected):
        raise AppError("tenant-changed")
