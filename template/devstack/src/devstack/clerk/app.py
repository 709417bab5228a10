"""The local Clerk as one ASGI app: two route tables, and who reaches which."""

from __future__ import annotations

import hmac

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..guard import LOOPBACK_HOSTS, KnownHosts
from . import backend_api, backend_invitations, backend_jwt_templates, control, npm_files
from .errors import ClerkError, render_error
from .frontend_api import (
    client,
    environment,
    hosted,
    invitations,
    mails,
    me,
    organizations,
    sessions,
    sign_ins,
    sign_ups,
)
from .frontend_api.transport import Cors, MethodOverride, Outage
from .instance import Instance

_SIGN_IN = "/v1/client/sign_ins/{sign_in_id}"
_SIGN_UP = "/v1/client/sign_ups/{sign_up_id}"
_SESSION = "/v1/client/sessions/{session_id}"
_ORGANIZATION = "/v1/organizations/{organization_id}"
_INVITATIONS = f"{_ORGANIZATION}/invitations"
_INVITATION = f"{_INVITATIONS}/{{invitation_id}}"
_TEMPLATE = "/v1/jwt_templates/{template_id}"

FRONTEND_ROUTES = [
    Route("/v1/dev_browser", client.create_dev_browser, methods=["POST"]),
    Route("/v1/environment", environment.environment, methods=["GET", "PATCH"]),
    Route("/v1/client", client.read_client, methods=["GET"]),
    Route("/v1/client/sessions", client.sign_out, methods=["DELETE"]),
    Route("/v1/client/sign_ins", sign_ins.create_sign_in, methods=["POST"]),
    Route(_SIGN_IN, sign_ins.read_sign_in, methods=["GET"]),
    Route(f"{_SIGN_IN}/attempt_first_factor", sign_ins.attempt_first_factor, methods=["POST"]),
    Route("/v1/client/sign_ups", sign_ups.create_sign_up, methods=["POST"]),
    Route(_SIGN_UP, sign_ups.read_sign_up, methods=["GET"]),
    Route(_SIGN_UP, sign_ups.update_sign_up, methods=["PATCH"]),
    Route(f"{_SIGN_UP}/prepare_verification", sign_ups.prepare_verification, methods=["POST"]),
    Route(f"{_SIGN_UP}/attempt_verification", sign_ups.attempt_verification, methods=["POST"]),
    Route("/v1/tickets/accept", invitations.follow_link, methods=["GET"]),
    Route(_SESSION, sessions.read_session, methods=["GET"]),
    Route(f"{_SESSION}/touch", sessions.touch_session, methods=["POST"]),
    Route(f"{_SESSION}/tokens", sessions.create_token, methods=["POST"]),
    Route(f"{_SESSION}/tokens/{{template}}", sessions.create_template_token, methods=["POST"]),
    Route(f"{_SESSION}/remove", sessions.remove_session, methods=["POST"]),
    Route("/v1/me", me.read_me, methods=["GET"]),
    Route("/v1/me/sessions/active", me.list_active_sessions, methods=["GET"]),
    Route("/v1/me/organization_memberships", me.list_memberships, methods=["GET"]),
    Route(
        "/v1/me/organization_memberships/{organization_id}",
        me.leave_organization,
        methods=["DELETE"],
    ),
    Route("/v1/me/organization_invitations", invitations.list_own_invitations, methods=["GET"]),
    Route(
        "/v1/me/organization_invitations/{invitation_id}/accept",
        invitations.accept_invitation,
        methods=["POST"],
    ),
    Route("/v1/me/organization_suggestions", me.list_nothing, methods=["GET"]),
    Route("/v1/organizations", organizations.create_organization, methods=["POST"]),
    Route(_ORGANIZATION, organizations.read_organization, methods=["GET"]),
    Route(f"{_ORGANIZATION}/memberships", organizations.list_members, methods=["GET"]),
    Route(f"{_ORGANIZATION}/roles", organizations.list_roles, methods=["GET"]),
    Route(_INVITATIONS, invitations.list_invitations, methods=["GET"]),
    Route(_INVITATIONS, invitations.create_invitation, methods=["POST"]),
    Route(f"{_INVITATIONS}/bulk", invitations.create_invitations, methods=["POST"]),
    Route(f"{_INVITATION}/revoke", invitations.revoke_invitation, methods=["POST"]),
    Route(f"{_ORGANIZATION}/membership_requests", organizations.list_nothing, methods=["GET"]),
    Route(f"{_ORGANIZATION}/domains", organizations.list_nothing, methods=["GET"]),
    Route("/sign-in", hosted.sign_in_page, methods=["GET"]),
    Route("/sign-in", hosted.sign_in_form, methods=["POST"]),
    Route("/sign-up", hosted.sign_up_page, methods=["GET"]),
    Route("/sign-up", hosted.sign_up_form, methods=["POST"]),
]
# Without CORS: no page of another origin, a local one neither, reads the links of the mails.
PAGE_ROUTES = [
    Route("/mails", mails.mails_page, methods=["GET"]),
]
KEY_ROUTES = [
    Route("/.well-known/jwks.json", backend_api.jwks, methods=["GET"]),
    Route("/v1/jwks", backend_api.jwks, methods=["GET"]),
]
FILE_ROUTES = [
    Route("/npm/@clerk/{package}/dist/{file}", npm_files.npm_file, methods=["GET"]),
]
BACKEND_ROUTES = [
    Route("/v1/users", backend_api.list_users, methods=["GET"]),
    Route("/v1/users", backend_api.create_user, methods=["POST"]),
    Route("/v1/users/{user_id}", backend_api.read_user, methods=["GET"]),
    Route(
        "/v1/users/{user_id}/organization_memberships",
        backend_api.list_memberships_of_user,
        methods=["GET"],
    ),
    Route("/v1/organizations", backend_api.list_organizations, methods=["GET"]),
    Route("/v1/organizations", backend_api.create_organization, methods=["POST"]),
    Route(_ORGANIZATION, backend_api.read_organization, methods=["GET"]),
    Route(_ORGANIZATION, backend_api.delete_organization, methods=["DELETE"]),
    Route(f"{_ORGANIZATION}/memberships", backend_api.list_members, methods=["GET"]),
    Route(
        f"{_ORGANIZATION}/memberships/{{user_id}}",
        backend_api.delete_membership,
        methods=["DELETE"],
    ),
    Route(
        f"{_ORGANIZATION}/memberships/{{user_id}}",
        backend_api.update_membership,
        methods=["PATCH"],
    ),
    Route(_INVITATIONS, backend_invitations.list_invitations, methods=["GET"]),
    Route(_INVITATIONS, backend_invitations.create_invitation, methods=["POST"]),
    Route(_INVITATION, backend_invitations.read_invitation, methods=["GET"]),
    Route(f"{_INVITATION}/revoke", backend_invitations.revoke_invitation, methods=["POST"]),
    Route("/v1/sessions", backend_api.list_sessions, methods=["GET"]),
    Route("/v1/sessions", backend_api.create_session, methods=["POST"]),
    Route("/v1/sessions/{session_id}", backend_api.read_session, methods=["GET"]),
    Route("/v1/sessions/{session_id}/revoke", backend_api.revoke_session, methods=["POST"]),
    Route("/v1/sessions/{session_id}/tokens", backend_api.create_session_token, methods=["POST"]),
    Route(
        "/v1/sessions/{session_id}/tokens/{template}",
        backend_jwt_templates.create_template_token,
        methods=["POST"],
    ),
    Route("/v1/jwt_templates", backend_jwt_templates.list_templates, methods=["GET"]),
    Route("/v1/jwt_templates", backend_jwt_templates.create_template, methods=["POST"]),
    Route(_TEMPLATE, backend_jwt_templates.read_template, methods=["GET"]),
    Route(_TEMPLATE, backend_jwt_templates.update_template, methods=["PATCH"]),
    Route(_TEMPLATE, backend_jwt_templates.delete_template, methods=["DELETE"]),
    Route("/v1/sign_in_tokens", backend_api.create_sign_in_token, methods=["POST"]),
    Route("/devstack/rotate-keys", control.rotate_keys, methods=["POST"]),
    Route("/devstack/outage", control.set_outage, methods=["POST"]),
    Route("/devstack/tokens", control.set_tokens, methods=["POST"]),
    Route("/devstack/clients", control.forget_clients, methods=["DELETE"]),
    Route("/devstack/reset", control.reset, methods=["POST"]),
]
# The real Clerk has two hosts. Here a call belongs to the Backend API when it brings a key, or
# asks for what only that API has; ClerkJS in a browser sends no Authorization header.
_BACKEND_PATHS = (
    "/v1/users",
    "/v1/sessions",
    "/v1/sign_in_tokens",
    "/v1/jwt_templates",
    "/devstack/",
)


def build_app(instance: Instance) -> ASGIApp:
    """Return the app that answers for `instance`."""
    open_middleware = [Middleware(Cors)]
    frontend_middleware = [
        *open_middleware,
        Middleware(Outage, instance),
        Middleware(MethodOverride),
    ]
    backend_middleware = [Middleware(RequireSecretKey, instance.secret_key)]
    return KnownHosts(
        _Hosts(
            frontend=_app(instance, [*FRONTEND_ROUTES, *KEY_ROUTES], frontend_middleware),
            files=_app(instance, FILE_ROUTES, open_middleware),
            # Whatever name the rest is reached by: who has a link of these mails takes an account.
            pages=KnownHosts(_app(instance, PAGE_ROUTES, [])),
            backend=_app(instance, [*BACKEND_ROUTES, *KEY_ROUTES], backend_middleware),
        ),
        instance.hosts - LOOPBACK_HOSTS,
    )


class RequireSecretKey:
    """Answer 401 to a call without exactly CLERK_SECRET_KEY as its bearer token."""

    def __init__(self, app: ASGIApp, secret_key: str) -> None:
        self._app = app
        self._expected = f"Bearer {secret_key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("authorization", "").encode()
        if hmac.compare_digest(given, self._expected):
            await self._app(scope, receive, send)
            return
        error = ClerkError(401, "authentication_invalid", "CLERK_SECRET_KEY is missing or wrong.")
        answer = await render_error(Request(scope), error)
        await answer(scope, receive, send)


class _Hosts:
    def __init__(self, frontend: ASGIApp, files: ASGIApp, pages: ASGIApp, backend: ASGIApp) -> None:
        self._frontend = frontend
        self._files = files
        self._pages = pages
        self._backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._host(scope)(scope, receive, send)

    def _host(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._frontend
        path = scope["path"]
        if path.startswith("/npm/"):
            return self._files
        if path == "/mails":
            return self._pages
        has_key = "authorization" in Headers(scope=scope)
        return self._backend if has_key or path.startswith(_BACKEND_PATHS) else self._frontend


def _app(instance: Instance, routes: list[Route], middleware: list[Middleware]) -> Starlette:
    handlers = {ClerkError: render_error, HTTPException: render_error}
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=handlers)
    app.state.instance = instance
    return app
