"""What is known of the request being served, for its log lines and its span."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# Flask and Django write `<endpoint>` or `<str:endpoint>`, Litestar `{endpoint:str}`.
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)(?::\w+)?\}")


@dataclass(slots=True)
class Observation:
    """One request; what is not known yet is None.

    route: the pattern that the path fits, `/api/analytics/{endpoint}`.
    """

    request_id: str
    route: str | None = None
    tenant_id: str | None = None
    trace_id: str | None = None


_current: ContextVar[Observation | None] = ContextVar("observation", default=None)


def current() -> Observation | None:
    """Return what is known of the request that this code serves; None outside of one."""
    return _current.get()


@contextmanager
def observing(observation: Observation) -> Generator[None]:
    """Make an observation the current one, here and in whatever this code starts."""
    token = _current.set(observation)
    try:
        yield
    finally:
        _current.reset(token)


def note_route(pattern: str) -> None:
    """Note which route serves the request, in the framework's own spelling."""
    observation = current()
    if observation is not None:
        path = _PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", pattern)
        observation.route = "/" + path.lstrip("/")


def note_tenant(tenant_id: str | None) -> None:
    """Note for which tenant the request is served."""
    observation = current()
    if observation is not None:
        observation.tenant_id = tenant_id
