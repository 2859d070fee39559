"""What deals adds to timelines: their own, and those of the contacts and companies in them.

Steps, notes, quotes and money are read together: a timeline asks once, whatever it tells.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import nlargest
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.common.history import steps
from contacts.models import Company, Contact, User
from contacts.people.timeline import TimelineEntry, register_timeline
from deals.admin.billing.timelines import (
    INVOICE,
    PAYMENT,
    money_of_customer,
    money_of_deal,
    tell_invoice,
    tell_payment,
)
from deals.admin.happenings import Happening, happenings, part
from deals.admin.quotes.offering import QUOTE, quote_happenings, tell_quote
from deals.admin.showing import days_text
from deals.models import Deal, DealNote, StageChange
from deals.pipeline.history import ChangeKind

STEP, NOTE = "step", "note"
ICONS = {
    ChangeKind.OPENED: "add_circle",
    ChangeKind.MOVED: "arrow_forward",
    ChangeKind.WON: "trophy",
    ChangeKind.LOST: "cancel",
    ChangeKind.REOPENED: "undo",
}

# Columns that follow the deal's steps, which have a history of their own.
TOLD_BY_STEPS = ("stage", "stage_since", "outcome", "opened_on", "closed_on", "loss_reason", "loss_note", "pipeline")


def register() -> None:
    """Register every source; called by ``ready``."""
    for source in (steps_of_deal, around_deal, edits_of_deal, people_of_deal):
        register_timeline("deals.deal", source)
    register_timeline("contacts.contact", around_contact)
    register_timeline("contacts.company", around_company)


def steps_of_deal(deal: Deal, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """The deal's changes of stage and outcome, with the time it had been where it was."""
    changes = [change for change in deal.stage_changes.all() if change.at < before]
    for change in nlargest(limit, changes, key=lambda change: (change.at, change.pk)):
        yield TimelineEntry(
            at=change.at,
            kind=change.kind,
            title=capfirst(_step_title(change.kind, change.from_stage, change.to_stage)),
            body=_step_body(change),
            actor=str(change.by or ""),
            icon=ICONS[ChangeKind(change.kind)],
        )


def around_deal(deal: Deal, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """What colleagues noted on the deal, and what became of its quotes, invoices and money."""
    notes = DealNote.objects.visible_to(reader).filter(deal=deal.pk)
    parts = [
        part(NOTE, notes, at="created_at", row="pk", who="author__name", why="body"),
        *quote_happenings(Q(quote__deal=deal.pk), reader),
        *money_of_deal(deal.pk, reader),
    ]
    return _told(parts, before, limit)


def around_contact(contact: Contact, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """The steps of deals that the contact takes part in, and what became of quotes and money with their name."""
    parts = [
        *_steps(Q(deal__people__contact=contact.pk), reader),
        *quote_happenings(Q(quote__contact=contact.pk), reader),
        *money_of_customer(reader, contact=contact.pk),
    ]
    return _told(parts, before, limit)


def around_company(company: Company, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """The steps of the company's deals, and what became of its quotes and money."""
    parts = [
        *_steps(Q(deal__company=company.pk), reader),
        *quote_happenings(Q(quote__deal__company=company.pk), reader),
        *money_of_customer(reader, company=company.pk),
    ]
    return _told(parts, before, limit)


def people_of_deal(deal: Deal, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """Who came to take part in it."""
    people = [each for each in deal.people.all() if each.created_at < before]
    for each in nlargest(limit, people, key=lambda each: each.created_at):
        title = _("%(name)s takes part: %(role)s") % {"name": each.contact, "role": each.get_role_display()}
        # Whoever sees the deal sees its people.
        link = reverse("admin:contacts_contact_change", args=[each.contact_id])
        yield TimelineEntry(each.created_at, "person", title, link=link, icon="person_add")


def edits_of_deal(deal: Deal, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """Who changed which field from what to what."""
    for step in steps(deal, reader=reader, before=before, limit=limit, leave_out=TOLD_BY_STEPS):
        if step.changes:
            title = _("Changed %(changes)s") % {"changes": "; ".join(map(str, step.changes))}
            yield TimelineEntry(step.at, "edit", title, actor=step.who, icon="edit")


def _steps(condition: Q, reader: User) -> Iterator[QuerySet[Any]]:
    """Return the steps of deals as happenings. Whoever sees a step sees its deal."""
    if reader.has_perm("deals.view_deal"):
        changes = StageChange.objects.visible_to(reader).filter(condition)
        yield part(
            STEP, changes, kind="kind", at="at", row="deal_id", name="deal__name", before="from_stage__name",
            after="to_stage__name", who="by__name", why="reason",
        )  # fmt: skip


def _told(parts: list[QuerySet[Any]], before: datetime, limit: int) -> Iterator[TimelineEntry]:
    for what in happenings(parts, before, limit):
        yield _TELLERS[what.source](what)


def _tell_note(what: Happening) -> TimelineEntry:
    return TimelineEntry(what.at, "note", _("Note"), what.why, what.who, icon="sticky_note_2")


def _tell_step(what: Happening) -> TimelineEntry:
    # Names of shipped stages are in the catalogs.
    step = _step_title(what.kind, _(what.before) if what.before else "", _(what.after) if what.after else "")
    title = _("Deal “%(deal)s”: %(step)s") % {"deal": what.name, "step": step}
    link = reverse("admin:deals_deal_change", args=[what.row])
    return TimelineEntry(what.at, "deal", title, what.why, what.who, link, ICONS[ChangeKind(what.kind)])


def _step_title(kind: str, old: Any, new: Any) -> str:
    if kind == ChangeKind.OPENED:
        return _("opened in %(stage)s") % {"stage": new}
    if kind == ChangeKind.MOVED:
        return _("moved from %(old)s to %(new)s") % {"old": old, "new": new}
    titles = {ChangeKind.WON: _("won"), ChangeKind.LOST: _("lost"), ChangeKind.REOPENED: _("opened again in %(stage)s")}
    return titles[ChangeKind(kind)] % {"stage": new}


def _step_body(change: StageChange) -> str:
    told = []
    if change.from_stage is not None:
        told.append(
            _("After %(days)s in %(stage)s.")
            % {"days": days_text(change.time_in_stage.days), "stage": change.from_stage}
        )
    return " ".join([*told, change.reason]).strip()


_TELLERS: dict[str, Callable[[Happening], TimelineEntry]] = {
    STEP: _tell_step,
    NOTE: _tell_note,
    QUOTE: tell_quote,
    INVOICE: tell_invoice,
    PAYMENT: tell_payment,
}
