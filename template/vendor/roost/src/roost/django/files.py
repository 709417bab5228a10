"""Files of a folder, with an ETag and 304."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseMiddleware

from roost.errors import AppError


class Files:
    """The files of a folder, looked up once: a request's path never becomes one of the disk."""

    def __init__(self, folder: Path) -> None:
        self._files = WhiteNoise(None, root=folder, max_age=None, allow_all_origins=False).files

    def answer(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """Serve a file, or say that it is still the same (304).

        Raises: AppError: `not-found` (404).
        """
        found = self._files.get(f"/{name}")
        if found is None:
            raise AppError("not-found")
        response = WhiteNoiseMiddleware.serve(found, request)
        response["Cache-Control"] = "no-cache"
        return response
