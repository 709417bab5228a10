"""The Django app: one entry of INSTALLED_APPS, and the project that the settings name."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from roost.django.project import Roost
from roost.serving.blocking import BlockingServices


class RoostConfig(AppConfig):
    """The product as an app of a Django project."""

    name = "roost.django"
    label = "roost"
    verbose_name = "Analytics"


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
