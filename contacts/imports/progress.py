"""What a worker writes about its run: the checkpoint, problems, the result. Only while it has the lease."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.leases import LeaseLost
from contacts.imports.models import Import, ImportProblem, Status
from contacts.imports.rows import Problem

MOST_PROBLEMS_KEPT = 10_000


def keep_problems(run: Import, problems: Sequence[Problem]) -> None:
    """Keep problems for people to see, up to a limit."""
    room = MOST_PROBLEMS_KEPT - run.problems.count() if problems else 0
    ImportProblem.objects.bulk_create(
        (
            ImportProblem(
                run=run,
                line=each.line,
                column=each.column[:200],
                value=each.value[:200],
                code=each.code,
                sentence=each.sentence[:1000],
            )
            for each in problems[: max(0, room)]
        ),
        batch_size=500,
    )


def nothing_saved() -> str:
    """Return the sentence about an all-or-nothing run with bad rows."""
    return _("Nothing was saved, because rows have problems. Correct them and import again.")


def fall_back(run: Import, status: Status, message: str, findings: dict[str, Any]) -> None:
    """End a run that could not go on, from what is stored of it: what the failed transaction counted did not happen."""
    lease = run.lease
    run.refresh_from_db()
    if run.lease != lease:
        return
    if run.status == Status.CHECKING:
        run.next_row = 0
    run.findings = findings
    end(run, status, message)


def end(run: Import, status: Status, message: str) -> None:
    """Write the result and let go of the run."""
    ended = status in (Status.FINISHED, Status.FAILED, Status.STOPPED)
    names = ("rows_total", "next_row", "rows_new", "rows_changed", "rows_unchanged", "rows_failed", "findings")
    save(
        run,
        **{name: getattr(run, name) for name in names},
        status=status,
        message=message[:1000],
        finished_at=timezone.now() if ended else None,
        claimed_at=None,
        attempts=0,
        stop_requested=False,
        lease="",
    )


def save(run: Import, **changes: Any) -> None:
    """Change the run's row, if this worker still has its lease."""
    if not Import.objects.filter(pk=run.pk, lease=run.lease).update(updated_at=timezone.now(), **changes):
        raise LeaseLost
    for name, value in changes.items():
        setattr(run, name, value)
