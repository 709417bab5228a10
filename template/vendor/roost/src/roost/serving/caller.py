"""Who sent a request, as code behind any framework's middleware reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

from roost.answers import EndpointsAnswer, Me, TokenAnswer, token_answer
from roost.errors import AppError
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.policy.access import Who
from roost.serving.services import Services
from roost.serving.signins import SignIn
from roost.tinybird.tokens import TinybirdToken

ANYBODY = Who()


@dataclass(frozen=True, slots=True)
class Caller:
    """A visitor, or a verified session with its tenant and, once asked for, its Tinybird token."""

    services: Services = field(repr=False)
    sign_in: SignIn | None

    @property
    def is_signed_in(self) -> bool:
        """Tell whether a verified session stands behind the request."""
        return self.sign_in is not None

    @property
    def session(self) -> Session:
        """The verified session.

        Raises: AppError: `token-missing` (401).
        """
        return self._signed_in().session

    @property
    def tenant_id(self) -> str | None:
        """The tenant that the session acts for; None for visitors and sessions without one."""
        return self.sign_in.tenant_id if self.sign_in else None

    @property
    def org_slug(self) -> str | None:
        """The slug of the session's organization, if it has one."""
        return self.sign_in.session.org_slug if self.sign_in else None

    @property
    def tenant(self) -> Tenant:
        """The tenant that the session acts for.

        Raises: AppError: `token-missing` (401), `tenant-required` (403).
        """
        return self._signed_in().require_tenant()

    @property
    def tinybird_token(self) -> TinybirdToken:
        """The token that reads the tenant's rows, minted when it is first asked for.

        Raises: AppError: `token-missing` (401), `tenant-required` or `access-denied` (403).
        """
        return self.services.token_for(self._signed_in())

    def me(self) -> Me:
        """Describe the session to its own user.

        Raises: AppError: `token-missing` (401).
        """
        return self._signed_in().me()

    def answer_token(self) -> TokenAnswer:
        """Hand out the tenant's Tinybird token, as often as the policy allows.

        Raises: AppError: `rate-limited` (429, Retry-After), and as `tinybird_token` does.
        """
        tenant, token = self.tenant, self.services.hand_out_token(self._signed_in())
        return token_answer(tenant, token, self.services.settings.tinybird_api_url)

    def answer_endpoints(self) -> EndpointsAnswer:
        """List the endpoints that the session may read.

        Raises: AppError: as `tinybird_token` does; the token stays here.
        """
        return EndpointsAnswer(self.tenant.id, self.tinybird_token.endpoints)

    def require(self, who: Who = ANYBODY) -> Tenant:
        """Return the tenant of a session that has a role or a permission.

        Raises: AppError: `token-missing` (401), `tenant-required` or `access-denied` (403).
        """
        tenant = self.tenant
        if not who.includes(tenant.session):
            raise AppError("access-denied")
        return tenant

    def _signed_in(self) -> SignIn:
        if self.sign_in is None:
            raise AppError("token-missing")
        return self.sign_in
