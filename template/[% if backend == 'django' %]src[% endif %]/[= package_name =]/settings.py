"""Django's settings; what the environment decides, the product reads itself.

The whole list: https://docs.djangoproject.com/en/stable/ref/settings/
"""

from __future__ import annotations

import secrets

from roost.django import Roost

from . import policy

ROOST = Roost(__name__, policy)

INSTALLED_APPS = ["roost.django"]
MIDDLEWARE = [
    "roost.django.middleware.set_length",
    "roost.django.middleware.ClerkMiddleware",
]
ROOT_URLCONF = f"{__package__}.urls"
WSGI_APPLICATION = f"{__package__}.wsgi.application"

# Everything that is kept is kept by Clerk and Tinybird.
DATABASES = {}

# Nothing here signs anything. The key is of this process alone, so that nothing ever signed with it
# can be forged or outlives it: an app that begins to sign shares one among its processes first.
SECRET_KEY = secrets.token_urlsafe(50)

# The shell of `wsgi.py` refuses foreign hosts with 421 before Django sees them.
ALLOWED_HOSTS = ["*"]

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

# The shell sets the headers (W001, W002) and checks the Origin of every change that comes with
# Clerk's cookie (W003); no cookie of Django's is worth forging a request for.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
