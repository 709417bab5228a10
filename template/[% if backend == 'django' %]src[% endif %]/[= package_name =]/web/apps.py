"""The Django app: one entry of INSTALLED_APPS, which holds the core of this process."""

from __future__ import annotations

from functools import cached_property
from typing import cast

from django.apps import AppConfig, apps
from roost.serving.blocking import BlockingServices
from roost.settings import load_settings

from ..assembly import PACKAGE, make_services


class WebConfig(AppConfig):
    """The app under the package's own name, so that it meets no other `web` in a project."""

    name = __name__.removesuffix(".apps")
    label = PACKAGE.name
    verbose_name = "Analytics"

    @cached_property
    def services(self) -> BlockingServices:
        """The core, made from the environment when it is first asked for.

        Raises: SettingsInvalid, PolicyInvalid: with one sentence a line.
        """
        return BlockingServices(make_services(load_settings()))


def services() -> BlockingServices:
    """Return the core of this process."""
    return _config().services


def use(core: BlockingServices) -> None:
    """Put a core in place of the one that the environment would make."""
    _config().services = core


def _config() -> WebConfig:
    return cast(WebConfig, apps.get_app_config(PACKAGE.name))
