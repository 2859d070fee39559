"""Invitations: who takes part in an appointment hears of it, of each change that matters, and of its end, by e-mail.

Each letter carries the appointment as iCalendar, as RFC 5546 wants it: METHOD:REQUEST or METHOD:CANCEL, one UID, and a
SEQUENCE that grows. What was not sent yet is replaced; a cancellation goes only to those who got an invitation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, vCalAddress, vText

from contacts.messages.message import MessageQuerySet
from contacts.messages.models import Message
from contacts.messages.queueing import Attachment, cancel_messages, queue_message
from contacts.models import Contact, User
from deals.activities.activity import Activity, ActivityAttendee
from deals.activities.calendar import new_calendar, new_entry
from deals.activities.kinds import ActivityKind
from deals.activities.moments import zone_of

INVITATION, WITHDRAWAL = "invitation", "withdrawal"
_BY_APPOINTMENT = (ActivityKind.MEETING, ActivityKind.VISIT, ActivityKind.CALL)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is invited, or was: one of ours or a contact, with the address it goes to."""

    person: User | Contact
    address: str

    @property
    def code(self) -> str:
        """Their part of a message's key."""
        return f"{'user' if isinstance(self.person, User) else 'contact'}{self.person.pk}"

    @property
    def language(self) -> str:
        """The language they read."""
        return self.person.language or settings.LANGUAGE_CODE


def tell_guests(activity: Activity, *, everybody: bool = True) -> None:
    """Bring what those who take part know in line with an appointment that was made, changed or taken back.

    With ``everybody`` false only who takes part has changed: those who stay are not bothered. Called in the transaction
    of the change. Of appointments in the past nobody hears.
    """
    guests, letters = _guests(activity), _letters(activity)
    if not guests and not letters.exists():
        return
    people = {guest.person for guest in guests}
    for letter in letters.waiting():
        if everybody or (letter.user or letter.contact) not in people:
            cancel_messages(key=letter.key, reason=_("It was replaced by a newer one."))
    told = _told(activity)
    invited = [guest for guest in guests if everybody or guest not in told]
    gone = (
        []
        if _is_over(activity)
        else [
            # Whoever was given the appointment keeps it.
            guest
            for guest in told
            if guest not in guests and guest.person != activity.owner
        ]
    )
    if (invited or gone) and letters.exists():
        # Known as newer than all letters before it.
        activity.sequence += 1
        activity.save(update_fields=["sequence", "updated_at"])
    for guest in invited:
        _invite(activity, guest, guests, is_news=guest not in told)
    for guest in gone:
        _withdraw(activity, guest)


def objection_to(message: Message) -> str:
    """Return why an invitation must not leave any more; asked just before it does."""
    activity = Activity.objects.filter(pk=message.about_id or 0).first()
    if activity is None:
        return _("The appointment is gone.")
    return _("The appointment is over.") if _is_over(activity) else ""


def _guests(activity: Activity) -> list[Guest]:
    """Return whom to invite: nobody to what has no hour, is no appointment, is over or was taken back."""
    if not activity.is_planned or activity.kind not in _BY_APPOINTMENT or activity.starts_at is None:
        return []
    if _is_over(activity):
        return []
    rows = activity.attendees.select_related("user", "contact").prefetch_related("contact__emails").order_by("pk")
    guests = [guest for row in rows if (guest := _guest(row)) is not None]
    return [guest for guest in guests if guest.person != activity.owner]


def _guest(row: ActivityAttendee) -> Guest | None:
    if row.user is not None:
        return Guest(row.user, row.user.email) if row.user.is_staff else None
    if row.contact is None:
        return None
    # In the order of their model the primary one is first.
    address = next((each.address for each in row.contact.emails.all()), "")
    return Guest(row.contact, address) if address else None


def _told(activity: Activity) -> list[Guest]:
    """Return those whose last letter about the appointment, of those that left or still may, was an invitation."""
    last: dict[User | Contact, Message] = {}
    letters = _letters(activity).filter(state__in=[Message.State.SENT, Message.State.WAITING])
    for letter in letters.select_related("user", "contact").order_by("pk"):
        person = letter.user or letter.contact
        if person is not None:
            last[person] = letter
    return [Guest(person, each.to_address) for person, each in last.items() if each.kind == INVITATION]


def _letters(activity: Activity) -> MessageQuerySet:
    return Message.objects.about(activity).filter(kind__in=[INVITATION, WITHDRAWAL])


def _is_over(activity: Activity) -> bool:
    return activity.starts_at is not None and activity.starts_at <= timezone.now()


def _invite(activity: Activity, guest: Guest, guests: Iterable[Guest], *, is_news: bool) -> None:
    with translation.override(guest.language):
        labels = {"owner": activity.owner, "subject": activity.subject, "when": _when(activity, guest)}
        if is_news:
            subject = _("Invitation: %(subject)s, %(when)s") % labels
            opening = _("%(owner)s invites you.") % labels
        else:
            subject = _("Changed: %(subject)s, %(when)s") % labels
            opening = _("%(owner)s has changed the appointment.") % labels
        _send(activity, guest, INVITATION, subject, opening, _appointment(activity, guests, "REQUEST"))


def _withdraw(activity: Activity, guest: Guest) -> None:
    with translation.override(guest.language):
        labels = {"owner": activity.owner, "subject": activity.subject, "when": _when(activity, guest)}
        subject = _("Cancelled: %(subject)s") % labels
        opening = _("%(owner)s has cancelled the appointment.") % labels
        _send(activity, guest, WITHDRAWAL, subject, opening, _appointment(activity, [guest], "CANCEL"))


def _send(activity: Activity, guest: Guest, kind: str, subject: str, opening: str, appointment: Calendar) -> None:
    method = appointment["method"]
    name = guest.person.name if isinstance(guest.person, User) else guest.person.called
    facts = (activity.subject, _when(activity, guest), activity.place)
    parts = [_("Hello %(name)s,") % {"name": name}, opening, "\n".join(fact for fact in facts if fact)]
    queue_message(
        key=f"invitation:{activity.pk}:{activity.sequence}:{guest.code}",
        kind=kind,
        to=guest.person,
        subject=subject,
        text="\n\n".join([*parts, str(activity.owner)]),
        language=guest.language,
        sender=activity.owner,
        about=activity,
        attachments=[Attachment("invitation.ics", f"text/calendar; method={method}", appointment.to_ical())],
    )


def _appointment(activity: Activity, guests: Iterable[Guest], method: str) -> Calendar:
    entry = new_entry(activity, stamp=timezone.now())
    if method == "CANCEL":
        entry["status"] = vText("CANCELLED")
    organizer = vCalAddress(f"mailto:{activity.owner.email}")
    organizer.params["cn"] = vText(str(activity.owner))
    entry.add("organizer", organizer)
    for guest in guests:
        address = vCalAddress(f"mailto:{guest.address}")
        address.params["cn"] = vText(str(guest.person))
        address.params["role"] = vText("REQ-PARTICIPANT")
        if method == "REQUEST":
            address.params["partstat"], address.params["rsvp"] = vText("NEEDS-ACTION"), vText("TRUE")
        entry.add("attendee", address)
    calendar = new_calendar(method)
    calendar.add_component(entry)
    return calendar


def _when(activity: Activity, guest: Guest) -> str:
    """Say when it is by the guest's clocks, and by whose clocks that is."""
    if activity.starts_at is None:
        return formats.date_format(activity.due_on, "DATE_FORMAT") if activity.due_on else ""
    zone = _zone(activity, guest)
    start: datetime = activity.starts_at.astimezone(zone)
    day, hour = formats.date_format(start, "DATE_FORMAT"), formats.date_format(start, "TIME_FORMAT")
    return f"{day}, {hour} ({zone.key})"


def _zone(activity: Activity, guest: Guest) -> ZoneInfo:
    """Return the guest's time zone, or that of whoever invites."""
    return ZoneInfo(guest.person.time_zone) if guest.person.time_zone else zone_of(activity.owner)
