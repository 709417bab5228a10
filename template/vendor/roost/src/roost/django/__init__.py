"""The product in Django: an app, a middleware and urls for the owner's own project."""

from __future__ import annotations

from roost.django.project import Roost

__all__ = ["Roost"]
