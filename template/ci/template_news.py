"""Tell of a newer release of the template, with what its changelog says of it.

`uv run poe template-news` prints the news and ends with status 2; without any it says nothing and
ends with 0. `--write FILE` puts the news there too. `--open-issue` opens an issue on GitHub through
`gh`, once for a release, and ends with 0. Nothing of the template is run.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ANSWERS = Path(".copier-answers.yml")
# Copier's abbreviations; all else is an address as git takes it.
HOSTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/", "git+": ""}
NEWS = 2


@dataclass(frozen=True, slots=True)
class News:
    """A release that is newer than the project's: a title of one line, and Markdown."""

    title: str
    body: str


def main() -> int:
    """Print, write or post the news; return the exit status."""
    options = _options()
    news = read_news()
    if news is None:
        return 0
    print(f"{news.title}\n\n{news.body}")
    if options.write:
        options.write.write_text(f"# {news.title}\n\n{news.body}\n", encoding="utf-8")
    if options.open_issue:
        open_issue_once(news)
        return 0
    return NEWS


def read_news() -> News | None:
    """Ask Copier whether there is a newer release, and the template's repository what is new."""
    checked = json.loads(_output("copier", "check-update", "--output-format", "json"))
    if not checked["update_available"]:
        return None
    current, latest = checked["current_version"], checked["latest_version"]
    changes = excerpt(_changelog(latest), current, latest)
    body = f"{changes}\n\nThis project is at {current}. Commit, then `uv run copier update`."
    return News(f"The template's release {latest} is out", body)


def excerpt(changelog: str, current: str, latest: str) -> str:
    """Return the sections (`## 0.2.0 ...`) of the releases after `current`, up to `latest`."""
    sections = re.split(r"(?m)^(?=## )", changelog)[1:]
    new = [s for s in sections if _release(current) < _release(s[3:]) <= _release(latest)]
    return "\n\n".join(section.strip() for section in new) or "Its changelog is silent."


def open_issue_once(news: News) -> None:
    """Open an issue, unless one of that title exists, open or closed."""
    found = _output(
        "gh", "issue", "list", "--state", "all", "--search", news.title, "--json", "title"
    )
    if news.title not in [issue["title"] for issue in json.loads(found)]:
        print(_output("gh", "issue", "create", "--title", news.title, "--body", news.body), end="")


def _changelog(version: str) -> str:
    with tempfile.TemporaryDirectory() as clone:
        _output("git", "clone", "--quiet", "--bare", "--filter=blob:none", _address(), clone)
        tags = _output("git", "-C", clone, "tag", "--list").split()
        tag = next((tag for tag in tags if tag.removeprefix("v") == version), "HEAD")
        return _output("git", "-C", clone, "show", f"{tag}:CHANGELOG.md")


def _address() -> str:
    found = re.search(r"""(?m)^_src_path: (['"]?)(.+)\1$""", ANSWERS.read_text(encoding="utf-8"))
    if found is None:
        sys.exit(f"{ANSWERS} has no _src_path: is this a project of the template?")
    prefix = next((prefix for prefix in HOSTS if found[2].startswith(prefix)), "")
    return HOSTS.get(prefix, "") + found[2].removeprefix(prefix)


def _release(text: str) -> tuple[int, ...]:
    # 0.2.0 of "v0.2.0 (2026-11-23)"; nothing of "Unreleased", which is so before every release.
    found = re.match(r"\[?v?(\d+(?:\.\d+)*)", text.strip())
    return tuple(map(int, found[1].split("."))) if found else ()


def _output(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"{command[0]} ended with status {done.returncode}: see above.")
    return done.stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--open-issue", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
