"""Our verifier judges as Clerk's own SDK does, but for a list of differences that is complete."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..product import stack
from . import cases, requests, sdk, tokens
from .cases import Case
from .differences import DIFFERENCES
from .verdicts import Verdict, difference

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("ours.py")


@dataclass(frozen=True, slots=True)
class Judged:
    """A request, what we say of it, and what the SDK says."""

    case: Case
    ours: Verdict
    theirs: Verdict


@pytest.fixture(scope="module")
def judged(project: Path) -> list[Judged]:
    """Every case, judged by both."""
    signer = tokens.Signer()
    asked = [
        *cases.valid(signer),
        *cases.changes(signer),
        *requests.forged(signer),
        *requests.malformed(signer),
        *requests.carried(signer),
    ]
    ours = _our_verdicts(project, signer.pem, asked)
    return [
        Judged(case, verdict, sdk.judge(signer.pem, case.authorization, case.cookie))
        for case, verdict in zip(asked, ours, strict=True)
    ]


def test_both_judge_alike_but_for_the_known_differences(judged: list[Judged]) -> None:
    known = {
        one.case.name: DIFFERENCES[one.case.differs].shows for one in judged if one.case.differs
    }

    seen = {one.case.name: difference(one.ours, one.theirs) for one in judged}

    assert {name: what for name, what in seen.items() if what} == known


def test_every_known_difference_is_shown_by_a_case(judged: list[Judged]) -> None:
    assert {one.case.differs for one in judged} == {"", *DIFFERENCES}


def test_the_cases_are_many_and_of_both_kinds(judged: list[Judged]) -> None:
    accepted = [one for one in judged if one.ours.refusal is None and one.theirs.refusal is None]
    refused = [one for one in judged if one.ours.refusal and one.theirs.refusal]

    assert len({one.case.name for one in judged}) == len(judged) > 300
    assert len(accepted) > 100
    assert len(refused) > 100


def _our_verdicts(project: Path, pem: str, asked: list[Case]) -> list[Verdict]:
    question = {
        "environment": {
            "CLERK_PUBLISHABLE_KEY": tokens.PUBLISHABLE_KEY,
            "CLERK_JWT_KEY": pem,
            "CLERK_AUTHORIZED_PARTIES": tokens.PARTY,
            "TINYBIRD_API_URL": "http://127.0.0.1:7181",
            "TINYBIRD_WORKSPACE_ID": "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
            "TINYBIRD_JWT_SECRET": "p.local_" + "0" * 64,
        },
        "now": tokens.NOW,
        "requests": [{"authorization": one.authorization, "cookie": one.cookie} for one in asked],
    }
    answer = subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "python", str(PROGRAM)],
        cwd=project,
        env=stack.clean_environment(),
        input=json.dumps(question),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [_verdict(**one) for one in json.loads(answer.stdout)]


def _verdict(permissions: list[str], **others: str | None) -> Verdict:
    return Verdict(permissions=tuple(permissions), **others)
