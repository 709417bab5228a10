"""The app under the name that Django's tools and other WSGI servers look for."""

from __future__ import annotations

from . import app as application

__all__ = ["application"]
