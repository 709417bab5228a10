"""The product's routes, for a project to include."""

from __future__ import annotations

from django.urls import path

from roost.django import docs, pages, views
from roost.django.apps import project
from roost.http.docs import ASSETS_PATH, DOCS_PATH
from roost.http.openapi.document import DOCUMENT_PATH
from roost.http.scripts import CHART_PATH, ENTRY_PATH, MODULES_PATH

app_name = "roost"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("api/me", views.me, name="me"),
    path("api/tinybird/token", views.tinybird_token, name="tinybird-token"),
    path("api/events", views.events, name="events"),
    path("api/analytics", views.endpoints, name="endpoints"),
    path("api/analytics/<endpoint>", views.analytics, name="analytics"),
    path(ENTRY_PATH[1:], views.entry_script, name="entry-script"),
    path(CHART_PATH[1:], views.chart_script, name="chart-script"),
    path(f"{MODULES_PATH[1:]}/<digest>/<name>", views.module_script, name="module-script"),
    path("webhooks/clerk", views.clerk_webhook, name="clerk-webhook"),
    path(DOCUMENT_PATH[1:], docs.document, name="document"),
    path(DOCS_PATH[1:], docs.show, name="docs"),
    path(f"{ASSETS_PATH[1:]}/<path:name>", docs.asset, name="docs-asset"),
    # For a project whose own answer is a page.
    path("api/<path:address>", views.nothing),
]
if project().dashboard is not None:
    urlpatterns += pages.urlpatterns
