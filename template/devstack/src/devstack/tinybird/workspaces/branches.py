"""The branches of a workspace: copies of its resources, without its rows.

Source: https://www.tinybird.co/docs/forward/development-workflow/cloud-branches
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Conflict, Forbidden, NotFound
from ..state import now
from .workspace import Workspace
from .workspaces import EVERYWHERE, Workspaces

KIND = "branches"


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch by the name that it has in `main`; it is a workspace of its own."""

    name: str
    created_at: str
    main: Workspace
    workspace: Workspace


class Branches:
    """The branches of all workspaces."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces, self._state = workspaces, workspaces.state

    def all(self) -> list[Branch]:
        """Return every branch, in the order of their names."""
        known = {workspace.id: workspace for workspace in self._workspaces.all()}
        found = [
            Branch(entry["name"], entry["created_at"], known[entry["main"]], known[id_])
            for id_, entry in self._state.all(EVERYWHERE, KIND).items()
            if id_ in known and entry["main"] in known
        ]
        return sorted(found, key=lambda branch: branch.name)

    def of(self, main: Workspace) -> list[Branch]:
        """Return the branches of a workspace."""
        return [branch for branch in self.all() if branch.main is main]

    def find(self, main: Workspace, name_or_id: str) -> Branch:
        """Raises: NotFound."""
        for branch in self.of(main):
            if name_or_id in (branch.name, branch.workspace.id):
                return branch
        raise NotFound(f"Branch '{name_or_id}' not found")

    def main_of(self, workspace: Workspace) -> Workspace | None:
        """Return the workspace that a branch was made from, None for what is no branch."""
        return next((one.main for one in self.all() if one.workspace is workspace), None)

    def create(self, main: Workspace, name: str) -> Branch:
        """Create a branch with the live project of a workspace and its secrets.

        Raises: Conflict: there is one of that name.  Forbidden: `main` is a branch itself.
        """
        if self.main_of(main):
            raise Forbidden("A branch has no branches: this needs a token of its workspace.")
        if any(branch.name == name for branch in self.of(main)):
            raise Conflict(f"There is already a branch named '{name}'.")
        made = self._workspaces.create(f"{main.name}/{name}")
        entry = {"name": name, "main": main.id, "created_at": now()}
        self._state.put(EVERYWHERE, KIND, {made.id: entry})
        for secret, value in main.secrets.values().items():
            made.secrets.put(secret, value)
        made.builds.build(self._state.all(main.id, "files"))
        return self.find(main, name)

    def delete(self, branch: Branch) -> None:
        """Delete a branch with its rows."""
        self._workspaces.delete(branch.workspace.id)
        self._state.remove(EVERYWHERE, KIND, branch.workspace.id)
