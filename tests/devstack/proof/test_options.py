"""How much the proof tries: the same in every run, unless more is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import pytest
from devstack.proof.options import ExamplesInvalid, Options, add_options, options_of


def read(*words: str, environ: Mapping[str, str] | None = None) -> Options:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return options_of(parser.parse_args(words), environ or {})


def test_forty_cases_are_drawn_by_the_same_seed_for_both_parts() -> None:
    assert read() == Options(40, "isolation", ("rows", "events"))
    assert read(environ={"ISOLATION_EXAMPLES": ""}) == read()


def test_one_part_can_be_asked_for() -> None:
    assert read("--part", "rows").parts == ("rows",)
    assert read("--part", "events").parts == ("events",)


@pytest.mark.parametrize(
    ("words", "environ"),
    [(["--examples", "7"], {"ISOLATION_EXAMPLES": "9"}), ([], {"ISOLATION_EXAMPLES": "7"})],
)
def test_a_number_of_examples_is_tried_elsewhere_each_time(
    words: list[str], environ: dict[str, str]
) -> None:
    one, other = read(*words, environ=environ), read(*words, environ=environ)

    assert (one.examples, other.examples) == (7, 7)
    assert len({one.seed, other.seed, "isolation"}) == 3


def test_a_seed_finds_again_what_was_found() -> None:
    assert read("--examples", "7", "--seed", "12").seed == "12"


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", " "])
def test_what_is_no_number_of_examples_is_refused(text: str) -> None:
    with pytest.raises(ExamplesInvalid) as raised:
        read(environ={"ISOLATION_EXAMPLES": text})

    assert str(raised.value) == (
        f"{text} is no number of examples: give --examples, or ISOLATION_EXAMPLES, one from 1 on."
    )
