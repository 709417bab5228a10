"""Guests: pages in which nobody signs in show a tenant's charts, as the owner's server allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from roost.errors import AppError
from roost.guests.address import Frame, FrameRefused, FrameSigner, check_chart, check_origins
from roost.guests.page import EMBED_PATH, PageAnswer, frame_page, refusal_page
from roost.guests.tokens import check_life, check_listed, guest_parameters, mint_guest_token
from roost.net.origins import origin_of
from roost.policy.access import Policy
from roost.policy.catalog import Catalog
from roost.tinybird.tokens import TinybirdToken

if TYPE_CHECKING:
    from roost.settings import Settings


class Guests:
    """Mints guest tokens, signs the addresses of frames, and answers these."""

    def __init__(
        self, settings: Settings, policy: Policy, catalog: Catalog, clock: Callable[[], float]
    ) -> None:
        self._rules = settings.token_rules
        self._api_url = settings.tinybird_api_url
        self._policy = policy
        self._catalog = catalog
        self._signer = FrameSigner(settings.token_rules.secret)
        self._clock = clock

    def token(
        self,
        tenant_id: str,
        endpoints: str | Iterable[str],
        params: Mapping[str, object],
        expires_in: int,
    ) -> TinybirdToken:
        """Mint a guest token, as `Project.guest_token` says."""
        fixed = guest_parameters(tenant_id, endpoints, params, self._policy, self._catalog)
        return mint_guest_token(tenant_id, fixed, expires_in, self._rules, self._clock())

    def address(
        self,
        chart: str,
        endpoint: str,
        tenant_id: str,
        origins: str | Iterable[str],
        params: Mapping[str, object],
        expires_in: int,
    ) -> str:
        """Sign the address of a frame, as `Project.embed_url` says; it begins with `/embed`."""
        token = self.token(tenant_id, endpoint, params, expires_in)
        expires_at = int(self._clock()) + check_life(expires_in)
        shown_on = check_origins(origins)
        frame = Frame(check_chart(chart), endpoint, tenant_id, shown_on, expires_at)
        return f"{EMBED_PATH}/{chart}?e={self._signer.sign(frame)}#{token.text}"

    def answer(self, chart: str, query_string: str, referer: str | None, root: str) -> PageAnswer:
        """Answer a frame's request: its page, or the one that says why there is no chart.

        Args: referer: the page around the frame, where the browser names it.  root: the path under
        which the product is, without a slash at its end.
        """
        try:
            frame = self._read(chart, query_string)
            _check_place(frame, referer)
        except FrameRefused as refused:
            return refusal_page(refused, root)
        return frame_page(frame, self._api_url, origin_of(self._api_url), root)

    def _read(self, chart: str, query_string: str) -> Frame:
        given = parse_qsl(query_string, keep_blank_values=True)
        if [name for name, _ in given] != ["e"]:
            raise FrameRefused(403, "The address of this chart is not the one that was signed.")
        frame = self._signer.read(chart, given[0][1], self._clock())
        try:
            check_listed([frame.endpoint], self._policy)
        except AppError as error:
            raise FrameRefused(403, "This chart is shown to guests no more.") from error
        return frame


def _check_place(frame: Frame, referer: str | None) -> None:
    # Browsers refuse the frame of a foreign site by `frame-ancestors`, and show a page of their
    # own. Where they name the site as well, ours can say why.
    parts = (referer or "").split("/")
    if referer and "/".join(parts[:3]) not in frame.origins:
        raise FrameRefused(403, "This chart may not be shown on this site.")
