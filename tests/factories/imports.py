"""Files that are imported in tests, from rows written in the test."""

from typing import Any

from django.core.files.base import ContentFile

from contacts.imports.kinds import kind_called
from contacts.imports.models import Import
from contacts.imports.running import work_on
from contacts.imports.starting import request_check, upload
from contacts.models import User


def uploaded(
    kind: str, text: str | bytes, *, by: User | None = None, mapping: dict[str, Any] | None = None, whole: bool = False
) -> Import:
    """Keep a file as a draft; without a mapping it is guessed."""
    content = text.encode() if isinstance(text, str) else text
    file = ContentFile(content, name=f"{kind}.csv")
    return upload(kind_called(kind), file, f"{kind}.csv", by=by, mapping=mapping, all_or_nothing=whole)


def checked(kind: str, text: str | bytes, **options: Any) -> Import:
    """Upload a file and check it without writing."""
    return done(request_check(uploaded(kind, text, **options)))


def imported(kind: str, text: str | bytes, **options: Any) -> Import:
    """Upload a file and import it."""
    return done(request_check(uploaded(kind, text, **options), then_write=True))


def done(run: Import) -> Import:
    """Let a worker do what the run waits for."""
    work_on(run.pk)
    run.refresh_from_db()
    return run


def problems(run: Import) -> list[tuple[int, str, str, str]]:
    """Return line, column, value and code of each problem."""
    return list(run.problems.values_list("line", "column", "value", "code"))
