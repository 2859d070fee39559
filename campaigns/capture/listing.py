"""Touches by list: who was at the fair, whom we called; read from pasted lines or from a segment, recorded at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.capture.people import Told, find_or_add
from campaigns.capture.recording import NewTouch, record_touches
from campaigns.capture.refusing import CaptureRefused
from campaigns.capture.touch import Touch, TouchSource
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from campaigns.segments.models import Segment
from config.common.search import fold
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause
from contacts.models import Contact, ContactEmail, User
from contacts.people.contact import Source, normalise_email

MOST_LINES, MOST_PEOPLE, BATCH = 2_000, 20_000, 500
_ADDRESS = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")


@dataclass(slots=True)
class People:
    """Whom lines mean: contacts; addresses that nobody has, with the names beside them; and what is not clear."""

    known: dict[int, Contact] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a list."""

    touches: int
    there_already: int
    added: int


def read_people(text: str, user: User) -> People:
    """Read pasted lines: addresses, ``Name <address>``, or exact names of contacts whom the user sees."""
    lines = [line.strip(" ,;\t") for line in text.replace("\x00", "").splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > MOST_LINES:
        sentence = _("These are %(number)s lines. Import more than %(most)s from a file.")
        raise CaptureRefused(sentence % {"number": len(lines), "most": MOST_LINES}, code="touches_too_many_lines")
    people, names = People(), []
    for line in lines:
        found = _ADDRESS.findall(line)
        for address in found:
            _take_address(address, line if len(found) == 1 else "", people)
        if not found:
            names.append(line)
    _find_addresses(people, user)
    _find_names(names, people, user)
    return people


def people_of(segment: Segment, user: User) -> People:
    """Return who is in a segment now, of those whom the user sees."""
    members = segment.members.current().values("contact")
    rows = Contact.objects.visible_to(user).live().filter(pk__in=members)
    if rows.count() > MOST_PEOPLE:
        sentence = _("The segment has more than %(most)s people. Record these by import.")
        raise CaptureRefused(sentence % {"most": MOST_PEOPLE}, code="touches_too_many_people")
    return People(known=rows.in_bulk())


@transaction.atomic
def record_list(
    people: People,
    *,
    campaign: Campaign,
    channel: Channel,
    kind: str,
    day: date,
    add_unknown: bool,
    by: User,
    detail: str = "",
) -> Recorded:
    """Record a touch for each person; the same list again records nothing twice.

    Unknown addresses become leads, if wanted.
    """
    at = _moment_of(day)
    contacts, added = dict(people.known), 0
    if add_unknown:
        words = _("Added with a touch of the campaign “%(campaign)s”") % {"campaign": campaign.name}
        cause = Cause(CauseKind.RULE, words, campaign)
        for address, name in people.unknown.items():
            told = Told(email=address, name=name, source_detail=campaign.name)
            contact, is_new = find_or_add(told, owner=None, cause=cause, source=Source.EVENT, by=by)
            contacts[contact.pk], added = contact, added + is_new
    there = _there_already(list(contacts), campaign, channel, kind, at)
    rows = [
        NewTouch(campaign, channel, kind, at, contact=contact, detail=detail)
        for pk, contact in contacts.items()
        if pk not in there
    ]
    return Recorded(len(record_touches(rows, source=TouchSource.HAND, by=by)), len(there), added)


def _moment_of(day: date) -> datetime:
    """Return noon of a day, or now if that is later: what happened today has happened."""
    noon = timezone.make_aware(datetime.combine(day, time(12)))
    return min(noon, timezone.now()) if day == timezone.localdate() else noon


def _there_already(ids: Sequence[int], campaign: Campaign, channel: Channel, kind: str, at: datetime) -> set[int]:
    start = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(hour=23, minute=59, second=59, microsecond=999999)
    same = Touch.objects.filter(
        campaign=campaign, channel=channel, kind=kind, source=TouchSource.HAND, at__gte=start, at__lte=end
    )
    found: set[int] = set()
    for first in range(0, len(ids), BATCH):
        found.update(same.filter(contact__in=ids[first : first + BATCH]).values_list("contact_id", flat=True))
    return found


def _take_address(address: str, line: str, people: People) -> None:
    try:
        kept = normalise_email(address)
    except ValidationError:
        people.unclear.append(line or address)
        return
    name = _ADDRESS.sub("", line).strip(" <>\"',;\t") if line else ""
    people.unknown.setdefault(kept.lower(), name)


def _find_addresses(people: People, user: User) -> None:
    addresses = list(people.unknown)
    for start in range(0, len(addresses), BATCH):
        rows = ContactEmail.objects.alias(lower=Lower("address")).visible_to(user)
        for part in rows.filter(lower__in=addresses[start : start + BATCH], is_live=True).select_related("contact"):
            people.known[part.contact_id] = part.contact
            people.unknown.pop(part.address.lower(), None)


def _find_names(names: Sequence[str], people: People, user: User) -> None:
    """Find people by exact names, without regard to case and accents; what several have is not clear."""
    if not names:
        return
    folded = {fold(name): name for name in names}
    matches: dict[str, list[Contact]] = {word: [] for word in folded}
    for contact in Contact.objects.visible_to(user).live().filter(full_name__in=names):
        matches.setdefault(fold(contact.full_name), []).append(contact)
    for word, name in folded.items():
        found = matches[word] or list(Contact.objects.visible_to(user).live().search(name)[:2])
        if len(found) == 1:
            people.known[found[0].pk] = found[0]
        else:
            people.unclear.append(name)
