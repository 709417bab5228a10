"""Django's WSGI application, with the shell around it."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application as djangos_application

from roost.django.apps import project, services
from roost.django.project import Application


def get_wsgi_application() -> Application:
    """Set Django up and return its application, as Django's own function of that name does.

    Raises: SettingsInvalid, PolicyInvalid, ProductInvalid: with one sentence a line.
    """
    application = djangos_application()
    services()
    return project().wrap(application)
