"""The branches of a workspace: copies of its resources, without its rows.

Source: https://www.tinybird.co/docs/forward/development-workflow/cloud-branches
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Conflict, Forbidden, NotFound
from ..state import now
from .workspace import Workspace
from .workspaces import Workspaces

KIND = "branches"


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch by the name that it has in its workspace; it is a workspace of its own."""

    name: str
    created_at: str
    workspace: Workspace


class Branches:
    """The branches of all workspaces."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces, self._state = workspaces, workspaces.state

    def of(self, main: Workspace) -> list[Branch]:
        """Return the branches of a workspace, in the order of their names."""
        known = {workspace.id: workspace for workspace in self._workspaces.all()}
        return [
            Branch(name, entry["created_at"], known[entry["id"]])
            for name, entry in self._state.all(main.id, KIND).items()
            if entry["id"] in known
        ]

    def find(self, main: Workspace, name_or_id: str) -> Branch:
        """Raises: NotFound."""
        for branch in self.of(main):
            if name_or_id in (branch.name, branch.workspace.id):
                return branch
        raise NotFound(f"Branch '{name_or_id}' not found")

    def main_of(self, workspace: Workspace) -> Workspace | None:
        """Return the workspace that a branch was made from, None for what is no branch."""
        for main in self._workspaces.all():
            if any(branch.workspace is workspace for branch in self.of(main)):
                return main
        return None

    def create(self, main: Workspace, name: str) -> Branch:
        """Create a branch with the live project of a workspace and its secrets.

        Raises: Conflict: there is one of that name.  Forbidden: `main` is a branch itself.
        """
        if self.main_of(main):
            raise Forbidden("A branch has no branches: this needs a token of its workspace.")
        if any(branch.name == name for branch in self.of(main)):
            raise Conflict(f"There is already a branch named '{name}'.")
        made = self._workspaces.create(f"{main.name}/{name}")
        self._state.put(main.id, KIND, {name: {"id": made.id, "created_at": now()}})
        for secret, value in main.secrets.values().items():
            made.secrets.put(secret, value)
        made.builds.build(self._state.all(main.id, "files"))
        return self.find(main, name)

    def delete(self, main: Workspace, branch: Branch) -> None:
        """Delete a branch with its rows."""
        self._state.remove(main.id, KIND, branch.name)
        self._workspaces.delete(branch.workspace.id)
