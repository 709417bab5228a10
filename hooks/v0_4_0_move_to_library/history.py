"""What the project was before the update, what its release was, and three-way merges."""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
from pathlib import Path

ANSWERS = ".copier-answers.yml"
# What stands around a name in the template: Copier's conditions.
CONDITION = re.compile(r"\[% if [^%]* %\]|\[% endif %\]")
LABELS = ("-L", "before updating", "-L", "last update", "-L", "after updating")


class Project:
    """The project in this folder as its owner last committed it, and the release it came from."""

    def __init__(self, template: Path) -> None:
        self._template = template
        answers = (committed(ANSWERS) or b"").decode()
        self._release = _answer(answers, "_commit")
        self.package = _answer(answers, "package_name")
        self.backend = _answer(answers, "backend")
        self.files = git("ls-tree", "-r", "--name-only", "-z", "HEAD").decode().split("\0")[:-1]

    def released(self, name: str) -> list[bytes]:
        """Return what the owner's release wrote into a file; each variant, where answers decide."""
        found = self._sources.get(name, [])
        return [git("show", f"{self._release}:{source}", cwd=self._template) for source in found]

    def is_of_the_template(self, name: str) -> bool:
        """Tell whether the owner's release wrote a file of that name."""
        return name in self._sources

    def is_ours(self, module: str) -> bool:
        """Tell whether a module is to be found in this project."""
        return module.partition(".")[0] in (self.package, "roost", "tests")

    @functools.cached_property
    def _sources(self) -> dict[str, list[str]]:
        listing = ("ls-tree", "-r", "--name-only", "-z", self._release, "template/")
        found: dict[str, list[str]] = {}
        for source in git(*listing, cwd=self._template).decode().split("\0")[:-1]:
            name = CONDITION.sub("", source.removeprefix("template/")).removesuffix(".jinja")
            found.setdefault(name.replace("[= package_name =]", self.package), []).append(source)
        return found


def committed(name: str) -> bytes | None:
    """Return a file of the owner's last commit, None where it has none."""
    done = _run("show", f"HEAD:./{name}")
    return None if done.returncode else done.stdout


def stage(name: str, number: int) -> bytes | None:
    """Return one side of a conflict: 1 the last update, 2 the owner's, 3 the release's."""
    done = _run("show", f":{number}:./{name}")
    return None if done.returncode else done.stdout


def merged(mine: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """Merge three versions, None where both sides changed the same lines."""
    text, conflicts = marked(mine, base, theirs)
    return None if conflicts else text


def marked(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, int]:
    """Merge three versions, Copier's markers around each conflict, and count these."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "base", "theirs")]
        for path, text in zip(paths, (mine, base, theirs), strict=True):
            path.write_bytes(text)
        done = _run("merge-file", "-p", *LABELS, *map(str, paths))
    if done.returncode > 127:  # below, it is the number of conflicts
        raise SystemExit(done.stderr.decode())
    return done.stdout, done.returncode


def text_of(content: bytes) -> str | None:
    """Return what a file says, None where it is no UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def shown(name: str) -> str:
    """Return the command that shows a file as the owner last committed it, from any folder."""
    return f"git show HEAD:{git('rev-parse', '--show-prefix').decode().strip()}{name}"


def git(*words: str, cwd: Path | None = None) -> bytes:
    """Run git, which must succeed, and return what it prints."""
    return subprocess.run(["git", *words], cwd=cwd, stdout=subprocess.PIPE, check=True).stdout


def _run(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], capture_output=True)


def _answer(answers: str, name: str) -> str:
    found = re.search(rf"(?m)^{name}: ['\"]?([^'\"\n]+)", answers)
    if found is None:
        raise SystemExit(f"{ANSWERS} of the last commit has no {name}.")
    return found[1]
