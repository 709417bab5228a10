"""What no answer shows, so that the lint alone can find it: variants of the corpus, and why."""

from __future__ import annotations

from collections.abc import Mapping

_SHARED = "it hands out rows of a table without tenants, which are nobody's"
_SENT = "who may write which tenant's rows is decided before there are rows"

BEYOND: Mapping[str, str] = {
    "a_constant_tenant_of_shared_rows": _SHARED,
    "a_shared_column_as_the_tenant": _SHARED,
    "another_tables_column_as_the_tenant": _SHARED,
    "a_joined_owner_as_the_tenant": _SHARED,
    "copy_of_shared_rows": _SHARED,
    "tenant_from_another_path": _SENT,
    "tenant_from_the_properties": _SENT,
    "tenant_from_the_user": _SENT,
    "tenant_from_a_list": _SENT,
    "tenant_in_other_letters": _SENT,
    "tenant_with_a_default": _SENT,
    "tenant_with_an_empty_default": _SENT,
}
