"""Base of commands that work with the business: they need a database that is prepared, and say or see to it."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class PreparedCommand(BaseCommand):
    """A command that finds every migration applied.

    The embedded SQLite database is prepared on the way if it is new; a database of one's own is never touched, a
    sentence says what to run.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Look at the database, then run."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            if not self._is_new_and_embedded():
                raise CommandError("The database is not up to date. Run: python3 manage.py migrate")
            self.stderr.write("Preparing the database …")
            call_command("migrate", verbosity=0)
        return super().execute(*args, **options)

    def _is_new_and_embedded(self) -> bool:
        embedded = connection.vendor == "sqlite" and settings.DEMO_COMPANY_ALLOWED
        return embedded and not connection.introspection.table_names()
