"""`tb dev` of the official CLI watches a project that the embedded Tinybird serves."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .third_party_projects import ThirdParty, third_party
from .tinybird_server import TB, serving

DEADLINE_S = 120
# A change that is written before the CLI has begun to watch is written again.
AGAIN_S = 15
PIVOT = "endpoints/pivot.pipe"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ThirdParty]:
    (tmp_path / "server").mkdir()
    with serving(tmp_path / "server") as server:
        yield third_party(server, "shop", tmp_path / "shop")


def test_dev_rebuilds_what_changes_and_a_broken_file_leaves_the_old_endpoint(
    shop: ThirdParty,
) -> None:
    pipe = (shop.folder / PIVOT).read_text()
    stock = (shop.folder / "fixtures" / "stock.csv").read_text()
    named = pipe.replace("AS all", "AS every")
    broken = named.replace("FROM orders", "FROMM orders")

    with watching(shop) as printed:
        changed(shop, PIVOT, named, lambda: "every" in columns(shop))
        changed(shop, "fixtures/stock.csv", f"{stock}z,w,3,1\n", lambda: left(shop, "z") == 3)
        changed(shop, PIVOT, broken, lambda: "Rebuild failed" in printed())
        while_broken = columns(shop)
        changed(shop, PIVOT, pipe, lambda: "all" in columns(shop))

    assert f"{PIVOT}\nline 12: syntax error at `FROMM`." in printed()
    assert "every" in while_broken
    assert left(shop, "a") == 7
    assert shop.rows("SELECT count() AS n FROM orders FINAL") == [{"n": 3}]


@contextmanager
def watching(project: ThirdParty) -> Iterator[Callable[[], str]]:
    """Run `tb dev` beside the block and give what tells what it has printed so far."""
    log = project.folder.parent / "dev.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [TB, "--local", "dev"],
            cwd=project.folder,
            env=project.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
        try:
            until(lambda: "Watching for changes" in log.read_text())
            yield log.read_text
        finally:
            process.terminate()
            process.wait(30)


def changed(project: ThirdParty, name: str, text: str, seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        (project.folder / name).write_text(text)
        if reached(seen, AGAIN_S):
            return
    raise AssertionError(f"{name} was not built")


def until(condition: Callable[[], bool]) -> None:
    assert reached(condition, DEADLINE_S)


def reached(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def columns(project: ThirdParty) -> list[str]:
    return list(project.endpoint("pivot")[0])


def left(project: ThirdParty, sku: str) -> int:
    rows = project.endpoint("stock_left", source="stock")
    return {row["sku"]: row["quantity"] for row in rows}.get(sku, 0)
