"""The core for code that cannot await: the same decisions, and a thread that does the waiting."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Self, TypeVar

from roost.answers import EventsAnswer, ReadAnswer, Status
from roost.errors import AppError
from roost.http.pages import PageContext
from roost.identity.credentials import RequestHead
from roost.identity.keys import KeysUnavailable
from roost.identity.session import SignatureRejected
from roost.identity.tenancy import Tenant
from roost.serving.services import Services
from roost.serving.signins import SignIn

_Result = TypeVar("_Result")


class BlockingServices:
    """The core of an app that threads serve; shared by all of them.

    What needs no network is decided in the calling thread. The rest runs in one event loop, started
    in the process that first needs it: servers fork after the app was made.
    """

    def __init__(self, core: Services) -> None:
        self.core = core
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and end the event loop, if it was ever started."""
        if self._loop is None or self._thread is None:
            return
        self._run(self.core.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = None

    def authenticate(self, head: RequestHead) -> SignIn | None:
        """Verify the session of a request, fetching keys where that may help.

        Raises: AppError: as `Services.recognise` does.
        """
        keys = self.core.keys
        if keys.is_due():
            self._started().call_soon_threadsafe(keys.renew)
        seen = keys.ring.generation
        try:
            return self.core.recognise(head)
        except (SignatureRejected, KeysUnavailable):
            self._run(keys.after_rejection())
            # Compared here: they may have changed before the question was even asked.
            if keys.ring.generation == seen:
                raise
        return self.core.recognise(head)

    def read(
        self, endpoint: str, tenant: Tenant | str | None = None, **params: object
    ) -> list[dict[str, Any]]:
        """Read an endpoint's rows as `Services.read` does."""
        return self._run(self.core.read(endpoint, tenant, **params))

    def send(
        self, tenant_id: str, events: Iterable[object], user_id: str | None = None
    ) -> EventsAnswer:
        """Send events as `Services.send` does."""
        return self._run(self.core.send(tenant_id, events, user_id))

    def answer_read(
        self,
        sign_in: SignIn | None,
        endpoint: str,
        query_string: str,
        accept: str | None,
        address: str,
    ) -> ReadAnswer:
        """Answer a request as `Services.answer_read` does."""
        return self._run(self.core.answer_read(sign_in, endpoint, query_string, accept, address))

    def ingest(self, tenant: Tenant, body: bytes, *, is_ndjson: bool) -> EventsAnswer:
        """Take events in as `Ingestion.ingest` does."""
        return self._run(self.core.ingestion.ingest(tenant, body, is_ndjson=is_ndjson))

    def receive_webhook(self, header: Callable[[str], str | None], body: bytes) -> Status:
        """Take a delivery in as `Webhooks.receive` does."""
        return self._run(self.core.webhooks.receive(header, body))

    def page(self, head: RequestHead, root: str = "") -> PageContext:
        """Build a page's variables as `Services.page` does."""
        sign_in = None
        with contextlib.suppress(AppError):
            sign_in = self.authenticate(head)
        return self.core.page_of(sign_in, root)

    def check_ready(self) -> None:
        """Do nothing if the app is ready.

        Raises: AppError: `not-ready` (503), naming what cannot be reached.
        """
        self._run(self.core.readiness.check())

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._started()).result()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                # A daemon, so that it never keeps a process from ending.
                self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
                self._thread.start()
            return self._loop
