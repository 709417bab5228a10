"""`lint` and `prove`: of the project here, or of any Tinybird project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .naming import Naming, add_naming_options, naming_of, translated
from .proof.options import add_options, options_of
from .stack.project import Project, is_served, read_data_project

if TYPE_CHECKING:
    from .lint.findings import Finding

# Whose sentences are about the parameter throughout.
_OF_PARAMETER = "TENANT03"


def add_checks(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both to the command line."""
    lint = commands.add_parser("lint", help="check that a data project keeps its tenants apart")
    lint.add_argument("--strict", action="store_true", help="what else is a warning is an error")
    prove = commands.add_parser("prove", help="prove that no answer depends on others' rows")
    add_options(prove)
    for parser in (lint, prove):
        parser.add_argument(
            "path",
            metavar="PATH",
            type=Path,
            nargs="?",
            default=Path(),
            help="a project's folder; default: this one",
        )
        add_naming_options(parser)


def lint_command(arguments: argparse.Namespace, _rest: list[str]) -> None:
    """Print what the lint finds; end with code 1 where that is more than warnings."""
    root, naming = arguments.path.resolve(), naming_of(arguments)
    project = read_data_project(root)
    if is_served(root) and naming.is_usual:
        findings = _of_an_app(project, strict=arguments.strict or project.is_strict)
    else:
        findings = _of_datafiles(project, naming, strict=arguments.strict)
    print("".join(f"{finding}\n" for finding in findings), end="")
    if not all(finding.is_warning for finding in findings):
        sys.exit(1)


def prove_command(arguments: argparse.Namespace, _rest: list[str]) -> None:
    """Print a verdict on each part of the proof; end with code 1 where one does not hold."""
    from .proof.prove import prove, refuse_what_is_no_project

    naming = naming_of(arguments)
    project = read_data_project(arguments.path.resolve())
    refuse_what_is_no_project(project.tinybird)
    with translated(project.tinybird, naming) as folder:
        if not naming.is_usual:
            # A copy of the datafiles has no app to send through.
            project = Project(folder, folder, folder / "endpoints.json", app="", policy="")
        if not prove(project, options_of(arguments), naming):
            sys.exit(1)


def _of_an_app(project: Project, *, strict: bool) -> Iterable[Finding]:
    from .lint.linter import lint
    from .lint.policy import read_policy

    policy = read_policy(project.root, project.policy)
    findings = lint(project.root, project.tinybird, policy, strict=strict)
    # What cannot be read at all has no types to compare.
    if project.types and not any(finding.rule == "LINT03" for finding in findings):
        from .typescript.written import declaration_findings

        findings += tuple(declaration_findings(project.root, project.tinybird, project.types))
    return findings


def _of_datafiles(project: Project, naming: Naming, *, strict: bool) -> Iterable[Finding]:
    from .lint.linter import lint
    from .proof.prove import refuse_what_is_no_project

    refuse_what_is_no_project(project.tinybird)
    with translated(project.tinybird, naming) as folder:
        found = lint(folder, folder, None, strict=strict)
    inside = project.tinybird.relative_to(project.root)
    return tuple(
        replace(
            finding,
            file=(inside / finding.file).as_posix(),
            sentence=naming.told(finding.sentence, of_parameter=finding.rule == _OF_PARAMETER),
        )
        for finding in found
    )
