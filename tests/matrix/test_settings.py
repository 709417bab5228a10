"""What every render says of its settings: the same variables everywhere, each secret once."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from dotenv import dotenv_values

from .combinations import SECRETS
from .rendered import Render

_VARIABLE = re.compile(r"[A-Z]+(_[A-Z]+)+")
# Read by the tasks alone, which are not the app; what `dev` sets, and every spelling of a name.
_NOT_THE_APPS = {"PURGE_GRACE_DAYS", "TINYBIRD_ADMIN_TOKEN", "TB_TOKEN", "TB_HOST"}
_NOT_OF_A_FILE = {"FRONTEND_MODE", "NEXT_PUBLIC_"}


def test_env_and_its_example_name_the_same_variables_once(renders: list[Render]) -> None:
    for render in renders:
        filled, example = (_assigned(render.folder / name) for name in (".env", ".env.example"))

        assert filled == example
        assert set(filled.values()) == {1}


def test_the_app_reads_every_variable_and_no_other(renders: list[Render]) -> None:
    for render in renders:
        library = render.folder / "vendor" / "roost" / "src" / "roost"
        read = _constants(library / "settings.py") | _constants(library / "environment.py")
        read -= _NOT_OF_A_FILE

        assert read | _NOT_THE_APPS == _assigned(render.folder / ".env.example").keys()


def test_the_local_identity_names_variables_of_the_example(renders: list[Render]) -> None:
    for render in renders:
        local = _assigned(render.folder / ".env.local")

        assert local.keys() <= _assigned(render.folder / ".env.example").keys()


def test_a_pasted_secret_is_in_env_alone_and_exactly_as_typed(renders: list[Render]) -> None:
    for render in renders:
        texts = {path: path.read_bytes() for path in render.files()}
        variables = dotenv_values(render.folder / ".env", interpolate=False)

        for question in SECRETS.keys() & render.row.keys():
            secret = str(render.row[question])
            holders = [path for path, text in texts.items() if secret.encode() in text]
            assert holders == [render.folder / ".env"]
            assert variables[question.upper()] == secret


def test_the_recorded_answers_hold_no_secret(renders: list[Render]) -> None:
    for render in renders:
        assert not SECRETS.keys() & render.answers.keys()


def test_everything_else_is_recorded_as_it_was_typed(renders: list[Render]) -> None:
    for render in renders:
        typed = {name: value for name, value in render.row.items() if name not in SECRETS}

        assert {name: render.answers[name] for name in typed} == typed


def _assigned(path: Path) -> Counter[str]:
    return Counter(re.findall(r"(?m)^([A-Z_]+)=", path.read_text("utf-8")))


def _constants(source: Path) -> set[str]:
    nodes = ast.walk(ast.parse(source.read_text("utf-8")))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {t for t in texts if isinstance(t, str) and (_VARIABLE.fullmatch(t) or t[-1:] == "_")}
