"""Make the tables and views of a project that has been built elsewhere already."""

from __future__ import annotations

from ..data.tables import create_quarantine, create_table
from ..queries.namespace import Namespace
from ..sql.engine import Engine, literal
from .plans import signature, table_signature, views_of


def make_empty(engine: Engine, namespace: Namespace) -> None:
    """Make what the project of `namespace` needs in its database, which is empty."""
    database = namespace.database
    for name, source in namespace.project.datasources.items():
        comment = literal(table_signature(database, source))
        engine.execute(f"{create_table(database, name, source)} COMMENT {comment}")
        engine.execute(create_quarantine(database, source))
    for view in views_of(namespace):
        engine.execute(f"{view.statement} COMMENT {literal(signature(view.statement))}")
