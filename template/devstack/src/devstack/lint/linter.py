"""The lint as a whole: a data project and a policy in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from click import unstyle

from ..tinybird.project.datafiles import FileError, parse_project
from ..tinybird.project.endpoints import DATAFILES, catalog
from ..tinybird.project.problems import parted
from ..tinybird.project.resources import Project
from .datasources import datasource_findings
from .exceptions import excused
from .findings import WARNINGS, Finding
from .pipes import PipeFile, is_merged, pipe_findings, tenant_tables
from .places import Datafile
from .policy import Policy, policy_findings
from .trial import Trial, create_tables, trial


def lint(
    root: Path, folder: Path, policy: Policy | None, *, strict: bool = False
) -> tuple[Finding, ...]:
    """Check the data project in `folder`, and `policy` against it; paths are relative to `root`.

    What cannot be read is reported alone: the rest may follow from it.

    Args: strict: what else is a warning is an error.
    """
    files = _datafiles(root, folder)
    project, errors = parse_project({path: file.text for path, file in files.items()})
    if errors:
        return tuple(sorted(_unreadable(files[error.filename], error) for error in errors))
    by_name = {PurePosixPath(path).stem: file for path, file in files.items()}
    findings = [*_data_findings(project, by_name)]
    texts = [*files.values()]
    # What a pipe takes is known only once all of them can be read.
    if policy is not None and not any(finding.rule == "LINT03" for finding in findings):
        findings += policy_findings(policy, catalog(folder), by_name)
        texts.append(Datafile(policy.file, (root / policy.file).read_text("utf-8")))
    left = excused(texts, findings)
    return left if strict else tuple(map(_weighed, left))


def _weighed(finding: Finding) -> Finding:
    return replace(finding, is_warning=finding.rule in WARNINGS)


def _datafiles(root: Path, folder: Path) -> dict[str, Datafile]:
    paths = (path for path in folder.rglob("*") if path.suffix in DATAFILES and path.is_file())
    return {
        path.relative_to(folder).as_posix(): Datafile(
            path.relative_to(root).as_posix(), path.read_text("utf-8")
        )
        for path in paths
    }


def _unreadable(file: Datafile, error: FileError) -> Finding:
    # The parser's messages are in colour.
    line, sentence = parted(" ".join(unstyle(error.error).split()))
    return Finding(file.path, line or 1, "LINT03", sentence, 1)


def _data_findings(project: Project, files: Mapping[str, Datafile]) -> Iterator[Finding]:
    with trial(project) as opened:
        refused = create_tables(opened.engine, project.datasources)
        if refused:
            for name, text in refused.items():
                yield _unreadable(files[name], FileError(name, text))
        else:
            yield from _resource_findings(opened, files)


def _resource_findings(opened: Trial, files: Mapping[str, Datafile]) -> Iterator[Finding]:
    project, tables = opened.project, tenant_tables(opened)
    for name, source in project.datasources.items():
        merged = is_merged(opened, name)
        yield from datasource_findings(opened, source, files[name], is_merged=merged)
    for name, pipe in project.pipes.items():
        yield from pipe_findings(opened, PipeFile(pipe, files[name]), tables)
    for (name, node), text in opened.unreadable.items():
        line = files[name].line_of("NODE", node)
        sentence = f"ClickHouse cannot read {node}: {' '.join(text.split())}"
        yield Finding(files[name].path, line, "LINT03", sentence, line)
