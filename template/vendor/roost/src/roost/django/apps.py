"""The Django app: one entry of INSTALLED_APPS, and the project that the settings name."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from roost.django.project import Roost
from roost.environment import SettingsInvalid
from roost.policy.access import PolicyInvalid
from roost.policy.product import ProductInvalid
from roost.serving.blocking import BlockingServices


class RoostConfig(AppConfig):
    """The product as an app of a Django project."""

    name = "roost.django"
    label = "roost"
    verbose_name = "Analytics"

    def ready(self) -> None:
        """Have `manage.py check --deploy` name what the environment lacks."""
        # For production alone: other commands need no environment.
        register(_check_environment, Tags.security, deploy=True)


def project() -> Roost:
    """Return the project that the settings name.

    Raises: ImproperlyConfigured: if they name none.
    """
    found = getattr(settings, "ROOST", None)
    if not isinstance(found, Roost):
        raise ImproperlyConfigured("Add ROOST = Roost(__name__, policy) to the settings.")
    return found


def services() -> BlockingServices:
    """Return the services of this process.

    Raises: SettingsInvalid, PolicyInvalid, ProductInvalid.
    """
    return project().blocking


def _check_environment(**options: object) -> list[Error]:
    found = project()
    try:
        _ = found.settings, found.policy
    except (SettingsInvalid, PolicyInvalid, ProductInvalid) as error:
        return [Error(sentence, id="roost.E001") for sentence in str(error).splitlines()]
    return []
