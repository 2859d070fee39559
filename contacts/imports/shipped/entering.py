"""How imported contacts and companies enter their lifecycle: through the ledger, dated as the data says."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.integrations.announcing import build_event
from config.integrations.models import Event
from contacts import signals
from contacts.imports.context import Context
from contacts.imports.fields import Field, FieldType
from contacts.imports.rows import Outcome, Row
from contacts.lifecycle.models import LifecycleChange
from contacts.lifecycle.moving import StepForward, advance_many, enter_many, preview
from contacts.people.models import Contact
from contacts.people.stages import LifecycleStage

LIFECYCLE_FIELDS = (
    Field(
        "lifecycle_stage",
        gettext_lazy("Lifecycle stage"),
        FieldType.CHOICE,
        choices=tuple(LifecycleStage.choices),
        aliases=("stage", "lifecycle", "status", "tahap", "giai đoạn"),
    ),
    Field(
        "known_since",
        gettext_lazy("Known since"),
        FieldType.DATE,
        aliases=(
            "created",
            "created at",
            "created on",
            "create date",
            "date added",
            "since",
            "tanggal dibuat",
            "ngày tạo",
        ),
    ),
)


def check_known_since(row: Row, context: Context) -> None:
    """Refuse a day that has not come."""
    day = row.values.get("known_since")
    if day and day > context.today:
        row.refuse("known_since", "in_the_future", _("This day has not come yet."))


def plan_stage(row: Row, context: Context) -> bool:
    """Say whether the row moves its record forward; a step back is refused, for that needs a person and a reason."""
    stage = row.values.get("lifecycle_stage")
    if row.outcome is Outcome.NEW and row.record.pk is None:
        return False
    if not stage or stage == row.record.lifecycle_stage:
        return False
    verdict = preview(row.record, to=stage)
    if not verdict.allowed:
        row.refuse("lifecycle_stage", verdict.code, verdict.sentence)
    return verdict.allowed


def enter_new(rows: Sequence[Row], context: Context) -> None:
    """Give the new records their first stage, and announce those that are news."""
    new = [row for row in rows if row.outcome is Outcome.NEW]
    if not new:
        return
    stage_of = {row.record.pk: row.values.get("lifecycle_stage") or LifecycleStage.LEAD.value for row in new}
    since: dict[int, date] = {row.record.pk: row.values["known_since"] for row in new if row.values.get("known_since")}
    at_of = {key: context.moment_of(day) for key, day in since.items()}
    enter_many([row.record for row in new], stage_of, context.cause(), by=context.user, at_of=at_of)
    signal = signals.contact_added if isinstance(new[0].record, Contact) else signals.company_added
    news: list[Any] = [row.record for row in new if context.is_news(since.get(row.record.pk, context.today))]
    Event.objects.bulk_create(
        (build_event(signal, subject=each, by=context.user, payload={"stage": stage_of[each.pk]}) for each in news),
        batch_size=500,
    )


def write_stages(rows: Sequence[Row], context: Context) -> None:
    """Move records that were there already to the stage that the file gives them."""
    moved = [
        row
        for row in rows
        if row.outcome is Outcome.CHANGED
        and row.values.get("lifecycle_stage") not in (None, row.record.lifecycle_stage)
    ]
    steps = [StepForward(row.record, row.values["lifecycle_stage"], context.now, context.cause()) for row in moved]
    announce_changes(advance_many(steps, by=context.user), context)


def announce_changes(changes: Sequence[LifecycleChange], context: Context) -> None:
    """Announce the changes that happened today; earlier ones are history."""
    start = context.moment_of(context.today - timedelta(days=1)) + timedelta(hours=12)
    news = [change for change in changes if context.tells_news and change.at >= start]
    Event.objects.bulk_create(
        (
            build_event(
                signals.lifecycle_changed,
                subject=change.subject,
                by=context.user,
                payload={
                    "change": change.pk,
                    "from_stage": change.from_stage,
                    "to_stage": change.to_stage,
                    "cause": change.cause,
                },
            )
            for change in news
        ),
        batch_size=500,
    )
