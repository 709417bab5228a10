"""All variants, by class."""

from __future__ import annotations

from collections.abc import Mapping

from . import (
    branches,
    chosen_by_the_caller,
    datasources,
    filters,
    late_filters,
    moving,
    safe,
    scalar_subqueries,
    shared_state,
)
from .variant import Variant

LEAKING: Mapping[str, tuple[Variant, ...]] = {
    "scalar sub-queries": scalar_subqueries.VARIANTS,
    "chosen by the caller": chosen_by_the_caller.VARIANTS,
    "branches": branches.VARIANTS,
    "filters": filters.VARIANTS,
    "moving": moving.VARIANTS,
    "datasources": datasources.VARIANTS,
    "shared state": shared_state.VARIANTS,
    "late filters": late_filters.VARIANTS,
}
SAFE: tuple[Variant, ...] = safe.VARIANTS
