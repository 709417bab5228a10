"""What a server serves: the app that `[tool.roost] app` names."""

from __future__ import annotations

import importlib

from roost.policy.access import PolicyInvalid
from roost.policy.product import ProductInvalid
from roost.project import ProjectUnknown, find_target
from roost.settings import SettingsInvalid


def __getattr__(name: str) -> object:
    # Made when asked for: a command that only names this module imports no framework.
    if name != "app":
        raise AttributeError(name)
    try:
        module, _, attribute = find_target().partition(":")
        return getattr(importlib.import_module(module), attribute)
    except (SettingsInvalid, PolicyInvalid, ProductInvalid, ProjectUnknown) as error:
        raise SystemExit(str(error)) from None
