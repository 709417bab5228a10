"""Answers that nobody should give: a working project, or a sentence that says what to type."""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2_ansible_filters import AnsibleCoreFiltersExtension

from ..locks import lock_of
from ..rendering import REPOSITORY, answered, choices, question_names, questions
from .combinations import SECRETS
from .test_names import refused_by_windows

# What is read as something else by TOML, YAML, JSON, HTML, Markdown, a shell or a template engine.
TEXTS = {
    "quotes": "\"double\" 'single' \"\"\" ''' `back`",
    "backslashes": "C:\\new\\table\\u0041\\",
    "shell": "$HOME ${PORT:-1} $(touch here) `touch here` ; & | > <",
    "toml": 'x" = [1] # comment',
    "yaml": "key: {value: [1, *anchor, !tag]} # comment",
    "html": "</p><script>alert(1)</script><!-- & &amp;",
    "markdown": "# *a* [link](nowhere.md) ![i](x) | --- | ``` ~~~",
    "ours": "[= 1 / 0 =] [% raise %] [## ##]",
    "theirs": "{{ 1 / 0 }} {% raw %} {# #} ${{ secrets.X }} %(x)s {x}",
    "delimiters": "=] %] ##] -%]",
    "unicode": "Größe 日本語 العربية Ωmega",
    "emoji": "🚀👩‍🚀🏴‍☠️",
    "combining": "é ‮gnp.exe‬ \u200b x",
    "dashes": "--help -rf",
    "dash": "-",
    "dots": "../../etc/passwd",
    "number": "0x10",
    "boolean": "true",
    "nothing": "null",
    "date": "2026-01-01",
    "assignment": "A=B",
    "long": "a" * 80,
    "too long": "long " * 60,
    "newline": "one\ntwo",
    "newline at the end": "one\n",
    "carriage return": "one\rtwo",
    "separator of lines": "one\u2028two",
    "next line": "one\x85two",
    "tab": "one\ttwo",
    "null byte": "one\x00two",
    "escape": "\x1b[31mred",
    "blanks": "   ",
    "blank around": " one ",
    "empty": "",
    "keyword": "class",
    "standard library": "json",
    "dependency": "flask",
    "device": "con",
}
LINES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_answer_is_refused_with_a_sentence_or_gives_a_project(
    answering: Path, tmp_path: Path, name: str
) -> None:
    typed = {question: TEXTS[name] for question in _free() if not _refusal(question, TEXTS[name])}

    project = answered(answering, tmp_path / "project", typed)

    _is_sound(project, typed)


@pytest.mark.parametrize("question", sorted(SECRETS))
def test_a_pasted_key_is_one_word_or_refused(question: str) -> None:
    taken = [text for text in TEXTS.values() if text and not _refusal(question, text)]

    assert taken == []


def test_env_is_read_back_as_it_was_typed_by_every_reader(answering: Path, tmp_path: Path) -> None:
    typed: dict[str, object] = {
        "tinybird_jwt_secret": "p." + "Aa0_.-" * 300,
        "tinybird_ingest_token": "p.-_..-_01",
        "clerk_secret_key": "sk_live_" + "_0aZ" * 20,
        "clerk_webhook_signing_secret": "whsec_" + "a+/9" * 20 + "==",
        "clerk_publishable_key": "pk_live_bWF0cml4LTEyLmNsZXJrLmFjY291bnRzLmRldiQ=",
        "tinybird_api_url": "http://[::1]:7181",
    }
    project = answered(answering, tmp_path / "project", typed)
    shell = "set -a; . ./.env; env -0"

    asked = subprocess.run(["sh", "-c", shell], cwd=project, capture_output=True, check=True)

    in_shell = dict(line.split("=", 1) for line in asked.stdout.decode().split("\0") if line)
    for interpolate in (True, False):
        read = dotenv_values(project / ".env", interpolate=interpolate)
        assert {question: read[question.upper()] for question in typed} == typed
    assert {question: in_shell[question.upper()] for question in typed} == typed
    # As Docker reads a file of variables: to the end of the line, whatever stands there.
    lines = (project / ".env").read_text().splitlines()
    assert {f"{question.upper()}={value}" for question, value in typed.items()} <= set(lines)


@pytest.mark.parametrize(
    "text", ["", "five", "5.5", "1e3", "-1", "0", "5 minutes", "[=1=]", "9" * 30]
)
@pytest.mark.parametrize("question", ["token_ttl_minutes", "rate_limit_rps"])
def test_what_is_no_number_of_that_range_is_refused(
    answering: Path, tmp_path: Path, question: str, text: str
) -> None:
    with pytest.raises(ValueError, match=r"Type a number|[Ii]nvalid"):
        answered(answering, tmp_path / "project", {question: text})


@pytest.mark.parametrize("name", ["Flask", "JSON", "Class", "Con", "Tests", "-rf", "42", "_", "İx"])
def test_the_names_that_follow_from_a_products_name_are_never_taken(
    answering: Path, tmp_path: Path, name: str
) -> None:
    project = answered(answering, tmp_path / "project", {"project_name": name})

    answers = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))
    assert not _refusal("project_slug", answers["project_slug"])
    assert not _refusal("package_name", answers["package_name"])


def test_no_package_may_have_a_name_that_is_imported(environments: dict[str, Path]) -> None:
    asked = "import importlib.metadata as m; print(*m.packages_distributions())"
    modules = {*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist}
    for environment in environments.values():
        python = [str(environment / "bin" / "python"), "-c", asked]
        modules |= set(subprocess.check_output(python, text=True).split())

    possible = {name for name in modules if re.fullmatch(r"[a-z][a-z0-9_]*", name)}
    assert {name for name in possible if not _refusal("package_name", name)} == set()


def test_no_project_may_have_the_name_of_a_package_that_it_needs() -> None:
    locks = [lock_of(backend).read_text("utf-8") for backend in choices("backend")]
    names = {name for lock in locks for name in re.findall(r'(?m)^name = "([a-z][^"]*)"', lock)}

    assert {name for name in names if not _refusal("project_slug", name)} == set()


def test_no_package_may_be_called_as_a_device_of_windows() -> None:
    for name in ("con", "prn", "aux", "nul", "com1", "lpt9"):
        assert "is taken by" in _refusal("package_name", name)


def _is_sound(project: Path, typed: Mapping[str, object]) -> None:
    document = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))
    product = json.loads(next(project.glob("src/*/product.json")).read_text("utf-8"))
    names = [path.relative_to(project).as_posix() for path in project.rglob("*")]

    recorded = {question: typed[question] for question in typed.keys() - SECRETS.keys()}
    assert {question: answers[question] for question in recorded} == recorded
    assert product["name"] == answers["project_name"]
    assert document["description"] == answers["description"]
    assert document["authors"][0]["name"] == answers["author_name"]
    assert not any(LINES.search(answers[question]) for question in recorded)
    assert (project / "README.md").read_text("utf-8").startswith(f"# {answers['project_name']}\n")
    assert refused_by_windows(names) == []
    assert "here" not in {path.name for path in project.rglob("*")}


def _free() -> list[str]:
    asked = sorted(question_names())
    return [n for n in asked if "choices" not in questions()[n] and questions()[n]["type"] == "str"]


def _refusal(question: str, text: str) -> str:
    refusal = _validator(question).render({**dict.fromkeys(SECRETS, ""), question: text})
    assert not refusal.strip() or re.search(r"(Type|Paste|type|paste) .+[.a-z]$", refusal.strip())
    return refusal.strip()


@cache
def _environment() -> Environment:
    head = yaml.safe_load((REPOSITORY / "copier.yml").read_text().partition("---")[0])
    delimiters = {k: v for k, v in head["_envops"].items() if k.endswith("_string")}
    return Environment(
        loader=FileSystemLoader(REPOSITORY),
        extensions=[AnsibleCoreFiltersExtension],
        undefined=StrictUndefined,
        autoescape=False,
        **delimiters,
    )


@cache
def _validator(question: str) -> Template:
    return _environment().from_string(str(questions()[question]["validator"]))
