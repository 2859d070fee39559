"""Makes a promise: something that is to be done at a time or on a day."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.integrations.announcing import announce
from contacts.messages.queueing import notify
from contacts.models import Company, Contact, User
from deals import signals
from deals.activities.activity import Activity, ActivityAttendee, ActivityChange, ActivityChangeKind
from deals.activities.care import CareStep
from deals.activities.invitations import tell_guests
from deals.activities.moments import due_moment, local_day, zone_of
from deals.activities.recording import lock_deal, record
from deals.activities.refusing import ActivityRefused, refuse_too_far, refuse_unless_able
from deals.activities.rules import Rule
from deals.activities.scheduling import schedule
from deals.activities.telling import language_of
from deals.pipeline.deal import BuyingRole, Deal


@transaction.atomic
def plan(
    *,
    kind: str,
    subject: str,
    owner: User,
    by: User | None,
    deal: Deal | None = None,
    contact: Contact | None = None,
    company: Company | None = None,
    starts_at: datetime | None = None,
    due_on: date | None = None,
    minutes: int | None = None,
    place: str = "",
    note: str = "",
    attendees: Iterable[User | Contact] = (),
    reminders: Iterable[Rule] | None = None,
    follows: Activity | None = None,
    care_step: CareStep | None = None,
    at: datetime | None = None,
) -> Activity:
    """Promise something for a moment (``starts_at``) or a whole day (``due_on``) of the owner's calendar.

    What is about a deal is about its company and its main contact, if no other is named. ``reminders`` are rules, or
    None for the owner's usual one. ``at`` is when it was promised (now, if not said). Raises ValidationError with the
    fields at fault, ActivityRefused (``activity_needs_a_time``, ``activity_too_far``, ``owner_inactive``,
    ``reminder_needs_an_hour``).
    """
    now = timezone.now()
    refuse_unless_able(owner)
    locked = lock_deal(deal.pk if deal else None)
    activity = Activity(
        kind=kind,
        subject=subject.strip(),
        note=note.replace("\x00", "").strip(),
        owner=owner,
        deal=deal,
        contact=contact or (main_contact(deal) if deal else None),
        company=company or (deal.company if deal else None),
        minutes=minutes,
        place=place.strip(),
        follows=follows,
        care_step=care_step,
        deal_outcome=locked.outcome if locked else "",
        created_by=by,
    )
    set_time(activity, starts_at, due_on)
    activity.full_clean()
    activity.save()
    ActivityAttendee.objects.bulk_create(new_attendee(activity, person) for person in dict.fromkeys(attendees))
    change = record(activity, ActivityChangeKind.PLANNED, by=by, at=at or now)
    schedule(activity, reminders, now=now)
    announce(signals.activity_planned, subject=activity, by=by, deal=activity.deal_id, contact=activity.contact_id)
    tell_guests(activity)
    tell_owner(change)
    return activity


def set_time(activity: Activity, starts_at: datetime | None, due_on: date | None) -> None:
    """Write when it is to be done: the moment, or the day; and from when it is late, by the owner's calendar."""
    zone = zone_of(activity.owner)
    if (day := starts_at.date() if starts_at else due_on) is not None:
        refuse_too_far(day)
    if starts_at is not None:
        due_on = local_day(starts_at, zone)
    if due_on is None:
        raise ActivityRefused(_("Say when: choose a day, or a day and an hour."), code="activity_needs_a_time")
    activity.starts_at, activity.due_on = starts_at, due_on
    activity.due_at = due_moment(starts_at, due_on, zone)


def new_attendee(activity: Activity, person: User | Contact) -> ActivityAttendee:
    """Return an unsaved row: this person takes part."""
    who = {"user": person} if isinstance(person, User) else {"contact": person}
    return ActivityAttendee(activity=activity, **who)


def main_contact(deal: Deal) -> Contact | None:
    """Return the person to turn to in a deal: who decides, else who is for us, else who was named first."""
    people = deal.people.select_related("contact").order_by("id")
    first = [BuyingRole.DECIDES, BuyingRole.CHAMPION]
    ranked = sorted(people, key=lambda part: first.index(part.role) if part.role in first else len(first))
    return ranked[0].contact if ranked else None


def tell_owner(change: ActivityChange) -> None:
    """Ring the bell of whoever was given a promise by somebody else."""
    if change.by is None or change.by.pk == change.owner.pk:
        return
    with language_of(change.owner):
        title = _("%(name)s gave you: %(activity)s") % {"name": change.by, "activity": change.activity.subject}
    notify(change.owner, key=f"activity:given:{change.pk}", kind="given", title=title, about=change.activity)
