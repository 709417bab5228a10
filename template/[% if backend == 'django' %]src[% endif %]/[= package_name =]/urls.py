"""The routes: your own, then the product's."""

from __future__ import annotations

from django.urls import include, path

from . import views

urlpatterns = [
    path("api/hello", views.hello),
    path("", include("roost.django.urls")),
]

# As the product answers everywhere: problem documents.
handler400 = "roost.django.problems.bad_request"
handler403 = "roost.django.problems.permission_denied"
handler404 = "roost.django.problems.not_found"
