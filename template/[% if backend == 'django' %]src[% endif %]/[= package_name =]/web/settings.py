"""Django's settings; what the environment decides comes from the app's own.

The whole list: https://docs.djangoproject.com/en/stable/ref/settings/
"""

from __future__ import annotations

import secrets

from django.core.exceptions import ImproperlyConfigured
from roost.http.browser import accepted_hosts
from roost.settings import SettingsInvalid, load_settings

try:
    _app = load_settings()
except SettingsInvalid as error:
    raise ImproperlyConfigured(str(error)) from None

# `__package__` is this room, whatever the project is called.
INSTALLED_APPS = [f"{__package__}"]
MIDDLEWARE = [
    f"{__package__}.middleware.set_length",
    f"{__package__}.middleware.ClerkMiddleware",
]
ROOT_URLCONF = f"{__package__}.urls"
WSGI_APPLICATION = f"{__package__}.wsgi.application"

# Everything that is kept is kept by Clerk and Tinybird.
DATABASES = {}

# Nothing here signs anything. The key is of this process alone, so that nothing ever signed with it
# can be forged or outlives it: an app that begins to sign shares one among its processes first.
SECRET_KEY = secrets.token_urlsafe(50)

# The shell refuses other hosts with 421 before Django sees them; this is for `request.get_host()`.
ALLOWED_HOSTS = [*accepted_hosts(_app.authorized_parties), ".localhost", "127.0.0.1", "[::1]"]

# Unexpected errors go on to the shell, which answers 500 and logs them without their message.
DEBUG = False
DEBUG_PROPAGATE_EXCEPTIONS = True

# The shell writes one line for each request. Django's own would hold messages, which may hold a
# token.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}

# The shell cuts bodies off at its own limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = None
# An address has one spelling; others are 404.
APPEND_SLASH = False
USE_I18N = False
TIME_ZONE = "UTC"

SILENCED_SYSTEM_CHECKS = [
    # SecurityMiddleware: the shell sets its headers, HSTS among them where all pages are https,
    # on every answer; those that Django never sees included.
    "security.W001",
    # XFrameOptionsMiddleware: the shell's Content-Security-Policy has frame-ancestors.
    "security.W002",
    # CsrfViewMiddleware: no cookie of Django's is worth forging a request for, and the core checks
    # the Origin of every change that comes with Clerk's.
    "security.W003",
]
