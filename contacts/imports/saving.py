"""Writes the rows of one chunk: all good ones at once, or one by one where the database refuses the whole."""

from collections.abc import Sequence

import structlog
from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _

from contacts.imports.context import Context
from contacts.imports.kinds import Kind
from contacts.imports.rows import Row

log = structlog.get_logger(__name__)


def save_rows(rows: Sequence[Row], kind: Kind, context: Context) -> None:
    """Write the good rows at once; if the database refuses that, one by one, to find the bad one."""
    good = [row for row in rows if not row.failed]
    kind.plan(good, context)
    good = [row for row in good if not row.failed]
    try:
        with transaction.atomic():
            kind.apply(good, context)
    except OperationalError:
        raise
    except DatabaseError as error:
        log.warning("import_chunk_refused", error=str(error))
        # What kinds remembered may have been rolled back with the chunk.
        context.memory.clear()
        for row in good:
            _save_alone(row, kind, context)


def _save_alone(row: Row, kind: Kind, context: Context) -> None:
    try:
        with transaction.atomic():
            kind.plan([row], context)
            if not row.failed:
                kind.apply([row], context)
    except OperationalError:
        raise
    except DatabaseError as error:
        why = (str(error).splitlines() or [""])[0][:300]
        row.refuse("", "database_refused", _("The database refused this row: %(why)s") % {"why": why})
