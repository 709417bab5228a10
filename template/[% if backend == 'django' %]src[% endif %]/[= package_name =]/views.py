"""Views of your own; who may read what stands in `policy.py`."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from roost.django.decorators import tenant_required
from roost.django.middleware import ClerkRequest
from roost.django.problems import require_method


@require_method("GET")
@tenant_required
def hello(request: ClerkRequest) -> HttpResponse:
    """Greet a tenant: a view of your own, with the session verified."""
    return JsonResponse({"hello": request.clerk.tenant_id})
