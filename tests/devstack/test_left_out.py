"""A module that is left out is empty in the block, and itself before and after it."""

from __future__ import annotations

import importlib
import json
import sys

import pytest
from devstack.left_out import left_out


def test_a_module_that_is_left_out_gives_functions_that_do_nothing() -> None:
    with left_out("nobody_has_this"):
        module = importlib.import_module("nobody_has_this")

        assert module.report("error", code=1) is None


def test_what_was_left_out_can_be_imported_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with left_out("colorsys"):
        assert importlib.import_module("colorsys").rgb_to_hls(0, 0, 1) is None

    assert importlib.import_module("colorsys").rgb_to_hls(0, 0, 1) == (2 / 3, 0.5, 1)


def test_a_module_that_is_loaded_stays_as_it_is() -> None:
    with left_out("json"):
        assert importlib.import_module("json") is json

    assert sys.modules["json"] is json


def test_a_failed_import_leaves_no_empty_module_behind() -> None:
    with pytest.raises(ImportError), left_out("nobody_has_this"):
        importlib.import_module("nobody_has_that")

    assert "nobody_has_this" not in sys.modules
