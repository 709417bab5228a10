"""The Backend API of JWT templates.

Source: https://clerk.com/docs/reference/backend-api/tag/jwt-templates
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from .backend_api import page_of
from .frontend_api.caller import instance_of
from .json_body import json_body, origin_in
from .records import JwtTemplate
from .shapes import Json


async def list_templates(request: Request) -> JSONResponse:
    """List the templates: a bare array, a page with its count where `paginated` is true."""
    templates = instance_of(request).jwt_templates.all()
    page = page_of(request, [_shape(one) for one in templates])
    is_paginated = request.query_params.get("paginated") == "true"
    return JSONResponse(page if is_paginated else page["data"])


async def create_template(request: Request) -> JSONResponse:
    """Create a template."""
    created = instance_of(request).jwt_templates.create(await json_body(request))
    return JSONResponse(_shape(created))


async def read_template(request: Request) -> JSONResponse:
    """Return one template, without its key."""
    found = instance_of(request).jwt_templates.get(request.path_params["template_id"])
    return JSONResponse(_shape(found))


async def update_template(request: Request) -> JSONResponse:
    """Replace a template by the one in the body."""
    templates, body = instance_of(request).jwt_templates, await json_body(request)
    return JSONResponse(_shape(templates.update(request.path_params["template_id"], body)))


async def delete_template(request: Request) -> JSONResponse:
    """Delete a template."""
    gone = instance_of(request).jwt_templates.delete(request.path_params["template_id"])
    return JSONResponse({"object": "jwt_template", "id": gone.id, "deleted": True})


async def create_template_token(request: Request) -> JSONResponse:
    """Mint a token of a session by a template; beyond Clerk's the body takes `azp`."""
    instance, body = instance_of(request), await json_body(request)
    session = instance.sessions.session(request.path_params["session_id"])
    name = request.path_params["template"]
    jwt = instance.template_token(session, name, origin_in(body, "azp"))
    return JSONResponse({"object": "token", "jwt": jwt})


def _shape(template: JwtTemplate) -> Json:
    # Its key leaves in no answer.
    return {
        "object": "jwt_template",
        "id": template.id,
        "name": template.name,
        "claims": template.claims,
        "lifetime": template.lifetime,
        "allowed_clock_skew": template.allowed_clock_skew,
        "custom_signing_key": template.custom_signing_key,
        "signing_algorithm": template.signing_algorithm,
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    }
