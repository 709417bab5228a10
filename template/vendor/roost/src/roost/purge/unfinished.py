"""Why a purge stops before its end."""

from __future__ import annotations


class PurgeUnfinished(Exception):
    """Something cannot be asked, removed or proved; the next run goes on. Holds no secret."""
