"""Print what the embedded Tinybird takes as ratios to an earlier commit's, both in the same turns.

It takes ten minutes on an idle machine and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import itertools
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.rendering import REPOSITORY

from .. import machine
from ..connections import keep_asking, request_head
from ..report import table
from ..rounds import Spread, spread_of
from .large import edited, large, small, small_tests
from .server import Refused, Server, serving

FORMER = "8edd3b6"
CLIENTS, SECONDS = 32, 2.0
PROJECTS = 50
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio of one run, and the most that it may be; `least` where it may not be less."""

    name: str
    ratio: Spread
    goal: float
    least: bool = False

    @property
    def row(self) -> list[str]:
        met = self.ratio.median >= self.goal if self.least else self.ratio.median <= self.goal
        sign = "at least" if self.least else "at most"
        return [self.name, self.ratio.shown(3), f"{sign} {self.goal:g}", "yes" if met else "NO"]


@dataclass(frozen=True, slots=True)
class Sources:
    """Two devstacks: the commit's, and this one."""

    former: Path
    ours: Path | None = None

    @contextlib.contextmanager
    def both(self, folder: Path, files: Mapping[str, str]) -> Generator[tuple[Server, Server]]:
        """Serve the same project by each."""
        with contextlib.ExitStack() as running:
            roots = [_written(folder / side, files) for side in ("former", "ours")]
            pairs = zip(roots, (self.former, self.ours), strict=True)
            servers = [running.enter_context(serving(root, source)) for root, source in pairs]
            yield servers[0], servers[1]


def main() -> None:
    """Measure each figure in turns and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.tinybird.against", description=__doc__)
    parser.add_argument("--against", default=FORMER, help="a commit")
    parser.add_argument("--rounds", type=int, default=5, help="of each figure: 2 at least")
    options = parser.parse_args()
    load = machine.load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = Sources(_source_of(options.against, folder / "former-source"))
        figures = list(_measured(sources, folder, options.rounds))
    print("\n".join(machine.place(load)))
    print(f"Ratios to {options.against} unless said otherwise: median (quartiles) of the rounds.\n")
    print("\n".join(table(["figure", "ratio", "goal", "met"], [one.row for one in figures])))


def _measured(sources: Sources, folder: Path, rounds: int) -> Generator[Figure]:
    for number, measure in enumerate((_starts, _builds, _commands, _requests, _memory)):
        print(f"bench: {measure.__name__[1:]} ...", file=sys.stderr, flush=True)
        yield from measure(sources, folder / str(number), rounds)


def _starts(sources: Sources, folder: Path, rounds: int) -> Generator[Figure]:
    ready, idle = [], []
    for number in range(rounds):
        with sources.both(folder / str(number), {}) as (former, ours):
            ready.append((former.ready_s, ours.ready_s))
            idle.append(ours.megabytes)
    yield Figure("start to ready", _ratios(ready), 0.8)
    yield Figure("idle megabytes with nothing built", spread_of(idle), 250)


def _builds(sources: Sources, folder: Path, rounds: int) -> Generator[Figure]:
    whole, line, files = [], [], large()
    for number in range(max(2, rounds // 2)):
        with sources.both(folder / str(number), {}) as servers:
            whole.append(_in_turns(number, servers, lambda server: _build_s(server, files)))
            for turn in range(1, 3):
                changed = edited(files, turn)
                sent = _in_turns(turn, servers, lambda one, sent=changed: _build_s(one, sent))
                line.append(sent)
    yield Figure("POST /v1/build of 427 files, the first", _ratios(whole), 0.4)
    yield Figure("POST /v1/build of 427 files, a line changed", _ratios(line), 0.08)


def _commands(sources: Sources, folder: Path, rounds: int) -> Generator[Figure]:
    build, tests = [], []
    with sources.both(folder, {**small(), **small_tests()}) as servers:
        for number in range(rounds):
            build.append((servers[1].tb("--version"), servers[1].tb("build")))
            tests.append(_in_turns(number, servers, lambda server: server.tb("test", "run")))
    yield Figure("tb build of 30 files to tb --version", _ratios(build), 1.5)
    yield Figure("tb test run of 30 files", _ratios(tests), 0.5)


def _requests(sources: Sources, folder: Path, rounds: int) -> Generator[Figure]:
    rates, fresh = [], []
    with sources.both(folder, small()) as servers:
        for server in servers:
            _build_s(server, small())
        names = map(str, itertools.count())
        for number in range(rounds):
            rates.append(_in_turns(number, servers, _per_second))
            fresh.append(_fresh_s(servers[1], next(names)))
    yield Figure(f"requests a second of {CLIENTS} clients", _ratios(rates), 1.5, least=True)
    yield Figure("a fresh workspace to SELECT 1", _ratios(fresh), 20)


def _memory(sources: Sources, folder: Path, rounds: int) -> Generator[Figure]:
    grown = []
    for number in range(2):
        with sources.both(folder / str(number), {}) as servers:
            grown.append(_in_turns(number, servers, _grown))
    yield Figure(f"memory that {PROJECTS} deleted projects leave", _ratios(grown), 0.5)


def _grown(server: Server) -> float:
    before = server.megabytes
    with _client(server) as client:
        for number in range(PROJECTS):
            made = _created(client, f"project_{number}")
            files = {path: f"# {number}\n{text}" for path, text in small().items()}
            _post(client, "/v1/build", made["token"], files)
            client.delete(f"/v1/workspaces/{made['id']}").raise_for_status()
    return server.megabytes - before


def _per_second(server: Server) -> float:
    authorization = f"Bearer {server.admin_token}"
    request = request_head("/v0/pipes/small_1.json", server.port, authorization)
    return asyncio.run(keep_asking(server.port, [request] * CLIENTS, SECONDS)).per_second


def _fresh_s(server: Server, name: str) -> Pair:
    with _client(server) as client:
        _created(client, f"warm_{name}")
        since = time.perf_counter()
        token = _created(client, f"fresh_{name}")["token"]
        made_s = time.perf_counter() - since
        asked = {"q": "SELECT 1", "token": token}
        since = time.perf_counter()
        for _ in range(10):
            client.get("/v0/sql", params=asked).raise_for_status()
        return (time.perf_counter() - since) / 10, made_s


def _created(client: httpx2.Client, name: str) -> dict[str, str]:
    answer = client.post("/v1/workspaces", data={"name": name})
    return answer.raise_for_status().json()


def _build_s(server: Server, files: Mapping[str, str]) -> float:
    since = time.perf_counter()
    with _client(server) as client:
        _post(client, "/v1/build", server.admin_token, files)
    return time.perf_counter() - since


def _post(client: httpx2.Client, path: str, token: str, files: Mapping[str, str]) -> None:
    parts = [("data_project://", (name, text)) for name, text in files.items()]
    answer = client.post(path, files=parts, headers={"Authorization": f"Bearer {token}"})
    if answer.raise_for_status().json()["result"] != "success":
        raise Refused(answer.text)


def _client(server: Server) -> httpx2.Client:
    base = f"http://127.0.0.1:{server.port}"
    with httpx2.Client(base_url=base) as client:
        token = client.get("/tokens").json()["user_token"]
    return httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=600)


def _in_turns(
    number: int, servers: tuple[Server, Server], measure: Callable[[Server], float]
) -> Pair:
    """Measure both, the former one first in every other turn."""
    former, ours = servers
    if number % 2:
        return measure(former), measure(ours)
    taken = measure(ours)
    return measure(former), taken


def _ratios(pairs: Sequence[Pair]) -> Spread:
    return spread_of([second / first for first, second in pairs])


def _written(root: Path, files: Mapping[str, str]) -> Path:
    (root / "tinybird").mkdir(parents=True)
    for name, text in files.items():
        path = root / "tinybird" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _source_of(commit: str, folder: Path) -> Path:
    packed = subprocess.run(
        ["git", "archive", commit, "template/devstack/src"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "template" / "devstack" / "src"


if __name__ == "__main__":
    main()
