"""What SQL can name in a workspace, and where it is stored. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import NotEmulated
from ..monitoring.service_tables import NAMES as SERVICE_NAMES
from ..project.resources import Project, resource_id

SERVICE = "tinybird"
ORGANIZATION = "organization"
SYSTEM = "system"
# What of ClickHouse's own tables holds nothing of anybody: constants and endless numbers.
GENERATORS = frozenset({"one", "numbers", "numbers_mt", "zeros", "zeros_mt"})


@dataclass(frozen=True, slots=True)
class Namespace:
    """A workspace's resources and the names of its secrets.

    `database` holds its tables, `service` those that are called `tinybird.*`. `renamed` says which
    tables are read under another name.
    """

    workspace_id: str
    database: str
    project: Project
    service: str
    secrets: frozenset[str] = frozenset()
    test_mode: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> str:
        """Return where the rows of a datasource are."""
        return f"{self.database}.{self.renamed.get(name, name)}"

    def service_table(self, database: str, name: str) -> str | None:
        """Return where a service datasource or a generator is; None for any other `database`.

        Raises: NotEmulated: there is none of this name here.
        """
        if database == SYSTEM and name in GENERATORS:
            return f"{SYSTEM}.{name}"
        if database not in (SERVICE, ORGANIZATION):
            return None
        if database == ORGANIZATION or name not in SERVICE_NAMES:
            raise NotEmulated(f"the service datasource '{database}.{name}'")
        return f"{self.service}.{name}"

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of a resource."""
        return resource_id(self.workspace_id, kind, name)
