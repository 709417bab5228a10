"""How much the proof tries, and which part of it: `--part`, `--examples`, `--seed`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import Literal

from ..errors import UserError

EXAMPLES = "ISOLATION_EXAMPLES"
USUAL_EXAMPLES = 40
USUAL_SEED = "isolation"
Part = Literal["rows", "events"]
PARTS: tuple[Part, ...] = ("rows", "events")


class ExamplesInvalid(UserError):
    """What was asked for is no number of examples."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to try: `examples` pairs of databases, drawn by `seed`, for each of `parts`."""

    examples: int = USUAL_EXAMPLES
    seed: str = USUAL_SEED
    parts: tuple[Part, ...] = PARTS


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the command line say what to try."""
    parser.add_argument(
        "--part", choices=PARTS, help="of other tenants' rows, or of what they send; default: both"
    )
    parser.add_argument(
        "--examples",
        metavar="N",
        help=f"pairs of databases; default: {EXAMPLES}, or {USUAL_EXAMPLES}",
    )
    parser.add_argument(
        "--seed",
        metavar="TEXT",
        help="draws them; default: the same ones in every run, others where a number is given",
    )


def options_of(arguments: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Options:
    """Return what the command line and the environment say.

    Raises: ExamplesInvalid.
    """
    given = arguments.examples or environ.get(EXAMPLES)
    # The same cases in every run, unless more of them are asked for.
    seed = arguments.seed or (str(SystemRandom().getrandbits(64)) if given else USUAL_SEED)
    parts = (arguments.part,) if arguments.part else PARTS
    return Options(_number(given) if given else USUAL_EXAMPLES, seed, parts)


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ExamplesInvalid(
            f"{text} is no number of examples: give --examples, or {EXAMPLES}, one from 1 on."
        )
    return int(text)
