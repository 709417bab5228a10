"""The starters' data projects, and the lists that the template keeps of their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2_ansible_filters import AnsibleCoreFiltersExtension

from .rendering import REPOSITORY, questions

STARTERS = sorted(path.name for path in (REPOSITORY / "tinybird").iterdir() if path.is_dir())
LISTS = {
    "datasources": "*.datasource",
    "endpoints": "*.pipe",
    "fixtures": "*.ndjson",
    "materializations": "*.pipe",
    "pipes": "*.pipe",
}


@pytest.mark.parametrize("starter", STARTERS)
def test_the_template_lists_every_file_of_a_starter(starter: str) -> None:
    folder = REPOSITORY / "tinybird" / starter

    listed = _listed(starter)

    assert listed.keys() == LISTS.keys()
    for name, pattern in LISTS.items():
        assert listed[name] == sorted(p.stem for p in (folder / name).glob(pattern))


@pytest.mark.parametrize("starter", STARTERS)
def test_every_endpoint_has_a_file_of_cases(starter: str) -> None:
    folder = REPOSITORY / "tinybird" / starter

    assert _stems(folder / "tests") == _stems(folder / "endpoints")


def test_each_stub_is_one_include() -> None:
    for stub in (REPOSITORY / "template" / "tinybird").rglob("*.jinja"):
        text = stub.read_text()

        assert text.startswith("[% include 'tinybird/' ~ starter ~ '/"), stub
        assert text.endswith("-%]\n"), stub
        assert text.count("\n") == 1, stub


def _listed(starter: str) -> dict[str, list[str]]:
    environment = Environment(
        extensions=[AnsibleCoreFiltersExtension],
        variable_start_string="[=",
        variable_end_string="=]",
        autoescape=False,
    )
    template = environment.from_string(str(questions()["datafiles"]["default"]))
    return json.loads(template.render(starter=starter))


def _stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.iterdir())
