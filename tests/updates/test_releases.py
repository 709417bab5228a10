"""What a release is made of."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from ..rendering import REPOSITORY
from .project import git
from .releases import RELEASES

# Its migration came later, which the changelog tells; no other release does that again.
WITHOUT_ITS_MIGRATION = "0.2.0"


@pytest.mark.parametrize(("version", "commit"), RELEASES.items())
def test_a_release_is_a_commit_of_this_branch_with_its_entry(version: str, commit: str) -> None:
    changes = (REPOSITORY / "CHANGELOG.md").read_text()

    assert re.fullmatch("[0-9a-f]{40}", commit)
    git("merge-base", "--is-ancestor", commit, "HEAD", cwd=REPOSITORY)
    assert f"\n## {version}\n" in changes


def test_releases_are_listed_in_order_and_each_comes_after_the_one_before() -> None:
    ordered = sorted(RELEASES, key=lambda version: [int(part) for part in version.split(".")])
    commits = list(RELEASES.values())

    assert list(RELEASES) == ordered
    for older, newer in pairwise(commits):
        git("merge-base", "--is-ancestor", older, newer, cwd=REPOSITORY)


@pytest.mark.parametrize("hook", sorted((REPOSITORY / "hooks").glob("v*")), ids=lambda h: h.name)
def test_a_release_that_moves_a_file_holds_its_migration(hook: Path) -> None:
    version = ".".join(re.findall(r"\d+", hook.name)[:3])
    if version in RELEASES and version != WITHOUT_ITS_MIGRATION:
        git("cat-file", "-e", f"{RELEASES[version]}:hooks/{hook.name}", cwd=REPOSITORY)
