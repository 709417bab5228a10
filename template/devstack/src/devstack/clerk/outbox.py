"""The mails that the real Clerk would send: kept, shown on a page, never sent."""

from __future__ import annotations

from collections.abc import Callable

from .records import Mail
from .store import Store

_KEPT = 100


class Outbox:
    """The newest mails of one data directory."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def write(self, to: str, subject: str, text: str, action: str) -> None:
        """Keep a mail; `action`: the link or the code that it is about."""
        mails = self._store.state.mails
        mails.append(Mail(to, subject, text, action, self._now_ms()))
        del mails[:-_KEPT]
        self._store.save()

    def mails(self) -> list[Mail]:
        """Return the mails, the newest first."""
        return self._store.state.mails[::-1]
