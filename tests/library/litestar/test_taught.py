from __future__ import annotations

from pathlib import Path
from typing import cast

from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from litestar.types import ASGIApp

from ..rooms import ORIGIN, Bearer
from ..taught import check_answers, check_document, run_page
from .conftest import MakeRoost


def test_the_page_teaches_what_is_so(make_roost: MakeRoost, bearer: Bearer, tmp_path: Path) -> None:
    taught = run_page("litestar", tmp_path).values()
    handlers = [each for each in taught if isinstance(each, HTTPRouteHandler)]
    app = cast("ASGIApp", make_roost().app(route_handlers=handlers))
    client = TestClient(app, base_url=ORIGIN)

    def ask(method: str, path: str, headers: dict[str, str]) -> int:
        return client.request(method, path, headers=headers).status_code

    check_document(client.get("/api/openapi.json").json())
    check_answers(ask, bearer)
