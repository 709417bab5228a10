"""The owner of a project: fills `.env`, runs tasks, serves the app, and once edits by hand."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from ..product import stack
from .cloud import Tinybird
from .failure import StepFailed, require

POE = ("uv", "run", "--quiet", "--no-active", "poe", "--quiet")


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody at the root of their project, with nothing in the process environment."""

    project: Path

    def fill_in(self, **values: str) -> None:
        """Write values into the lines that `.env` has for them.

        Raises: StepFailed: it has no such line.
        """
        path = self.project / ".env"
        text = path.read_text()
        for name, value in values.items():
            text, found = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
            require(found == 1, f".env of a fresh project has no line for {name}.")
        path.write_text(text)

    def poe(self, *arguments: str, status: int = 0) -> str:
        """Run a task and return what it prints.

        Raises: StepFailed: it ended with another status.
        """
        done = subprocess.run(
            [*POE, *arguments],
            cwd=self.project,
            env=stack.clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != status:
            task = " ".join(arguments)
            raise StepFailed(f"`poe {task}` ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    @contextlib.contextmanager
    def serving(self, url: str, workers: int, log: Path) -> Generator[None]:
        """Run `poe serve` until the end of the context; what it prints goes to `log`."""
        place = {"PORT": url.rpartition(":")[2], "WEB_CONCURRENCY": str(workers)}
        with log.open("wb") as lines:
            process = subprocess.Popen(
                [*POE, "serve"],
                cwd=self.project,
                env=stack.clean_environment() | place,
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=lines,
                start_new_session=True,
            )
        try:
            stack.wait_until_ready(process, f"{url}/readyz")
            yield
        finally:
            process.terminate()
            process.wait(stack.READY_WITHIN_S)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def deploy_by_hand(self, folder: Path, workspace: Tinybird, pipe: str, text: str) -> None:
        """Deploy a copy of the data project in which one pipe is another, past every check.

        Raises: StepFailed.
        """
        shutil.copytree(self.project / "tinybird", folder)
        (folder / pipe).write_text(text)
        tb = self.project / "devstack" / ".venv" / "bin" / "tb"
        done = subprocess.run(
            [tb, "--cloud", "--host", workspace.url, "--token", workspace.token, "deploy"],
            cwd=folder,
            # The CLI must find no git branch above the folder, and ask for no news of itself.
            env=stack.clean_environment()
            | {"CI": "1", "TB_VERSION_WARNING": "0", "GIT_DIR": os.devnull},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        require(done.returncode == 0, f"`tb --cloud deploy` by hand failed:\n{done.stdout}")
