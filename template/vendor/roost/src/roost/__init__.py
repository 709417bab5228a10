"""Tenant-scoped Tinybird behind Clerk sessions, for a Python web app."""

from __future__ import annotations

__version__ = "0.3.1"
