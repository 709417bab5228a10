"""`uv run python -m tests.production`: take a fresh project to production, and say each step."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from ..rendering import choices
from .failure import StepFailed
from .scenario import Answers, go


def main() -> None:
    """Run what the options say; end with 1 and a sentence at the first step that fails."""
    options = _parser().parse_args()
    backends, mintings = choices("backend"), choices("token_minting")
    if not options.all:
        backends, mintings = [options.backend], [options.minting]
    try:
        for backend, minting in product(backends, mintings):
            _go(Answers(backend, minting), options.late)
    except StepFailed as failed:
        sys.exit(str(failed))


def _go(answers: Answers, late_s: float) -> None:
    _say(f"{answers}:")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="production-") as folder:
        go(answers, Path(folder), late_s, _say)
    _say(f"{time.monotonic() - began:5.1f} s  in production: {answers}")


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.production", description=__doc__)
    for option, question in (("--backend", "backend"), ("--minting", "token_minting")):
        offered = choices(question)
        parser.add_argument(option, choices=offered, default=offered[0])
    parser.add_argument("--all", action="store_true", help="every backend, with both mintings")
    late = "seconds that the webhook of a deletion is late; from 60 on the purge need not wait"
    parser.add_argument("--late", type=float, default=0, help=late)
    return parser


if __name__ == "__main__":
    main()
