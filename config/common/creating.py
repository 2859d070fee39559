"""Creates the many tables of a first migration at once."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations import Migration
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class FirstMigration(Migration):
    """A migration that begins with the tables of a whole app.

    Django draws every related model anew after each table, which for a hundred tables that all know the user takes
    most of a first start. Here the tables that come first are known all before any is made; the rest goes as ever.
    """

    initial = True

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        """Create the tables in their order, then apply what follows them."""
        everything: Sequence[Operation] = self.operations
        if collect_sql:
            return super().apply(project_state, schema_editor, collect_sql)
        tables = [operation for operation in everything if isinstance(operation, CreateModel)]
        if list(everything[: len(tables)]) != tables:
            raise TypeError(f"{self}: a first migration begins with all its tables.")
        # Drawn again when it is asked for, with all of them.
        project_state.__dict__.pop("apps", None)
        for table in tables:
            table.state_forwards(self.app_label, project_state)
        for table in tables:
            table.database_forwards(self.app_label, schema_editor, project_state, project_state)
        self.__dict__["operations"] = everything[len(tables) :]
        try:
            return super().apply(project_state, schema_editor, collect_sql)
        finally:
            self.__dict__["operations"] = everything
