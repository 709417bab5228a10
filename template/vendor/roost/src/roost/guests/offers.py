"""What an owner's server asks its project for: the tokens and the frames of guests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from roost.errors import AppError
from roost.guests.address import check_chart
from roost.guests.service import Guests
from roost.tinybird.tokens import TinybirdToken

_NOTHING: Mapping[str, object] = MappingProxyType({})


class GuestOffers(ABC):
    """A project's tokens and frames for guests; nothing of it needs the network."""

    def guest_token(
        self,
        tenant_id: str,
        endpoints: str | Iterable[str],
        params: Mapping[str, object] = _NOTHING,
        expires_in: int = 600,
    ) -> TinybirdToken:
        """Mint a token for a page in which nobody signs in; it works from any origin until it ends.

        Args: endpoints: of GUEST_ENDPOINTS in the policy.  params: fixed for each of them, lists
            joined by commas; a guest chooses the others.  expires_in: 1 to 3600 seconds.
        Raises: AppError: `tenant-required` or `access-denied` (403), `parameter-unknown`,
        `parameter-reserved` or `request-invalid` (400): nothing was minted.
        """
        return self._guests().token(tenant_id, endpoints, params, expires_in)

    def embed_url(
        self,
        base: str,
        chart: str,
        tenant_id: str,
        origins: str | Iterable[str],
        params: Mapping[str, object] = _NOTHING,
        expires_in: int = 600,
        endpoint: str | None = None,
    ) -> str:
        """Return the address of a chart in a frame, with a guest token in its fragment.

        Args: base: where the product is, such as `https://app.example.com`.  chart: the name of a
            spec in `dashboard/static/charts`.  origins: the sites that may show the frame.
            endpoint: what the chart reads, where it is not called as the chart is.
        Raises: AppError: `not-found` (404) if there is no such chart, and as `guest_token` does.
        """
        if not (self._charts() / f"{check_chart(chart)}.json").is_file():
            raise AppError("not-found", f"The dashboard has no charts/{chart}.json.")
        read = endpoint or chart
        return base + self._guests().address(chart, read, tenant_id, origins, params, expires_in)

    @abstractmethod
    def _guests(self) -> Guests:
        """Return the services that mint and sign."""

    @abstractmethod
    def _charts(self) -> Path:
        """Return the folder of the dashboard's specs."""
