"""What one does to a segment from its page: each reads its form and calls one function."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Segment
from campaigns.segments import picking, saving
from campaigns.segments.refreshing import refresh
from campaigns.segments.refusing import SegmentRefused
from config.common.admin.base import visible_or_404
from config.common.money import show_number
from contacts.admin.typed import Typed, find_contact
from contacts.models import Contact
from deals.admin.acting import Outcome, act_on
from deals.admin.reading import as_id, text_of

CHANGE, PICK = "campaigns.change_segment", "campaigns.add_handpick"
LONGEST_REASON, LONGEST_NAME = 300, 200


def _segments() -> Any:
    return Segment.objects.select_related("owner")


@act_on(_segments, CHANGE)
def refresh_now(request: HttpRequest, segment: Segment) -> Outcome:
    """Let enter whom the rule means now, and let leave who is meant no more."""
    row = refresh(segment.pk, by=_user(request))
    if row.refusal:
        raise SegmentRefused(row.refusal)
    numbers = {"entered": show_number(row.entered), "left": show_number(row.left), "size": show_number(row.size)}
    return Outcome(_("Refreshed: %(entered)s entered, %(left)s left; %(size)s are in.") % numbers)


@act_on(_segments, CHANGE)
def archive(request: HttpRequest, segment: Segment) -> Outcome:
    """Take it out of use."""
    saving.archive_segment(segment, by=_user(request))
    return Outcome(_("“%(segment)s” is archived. You can restore it here at any time.") % {"segment": segment})


@act_on(_segments, CHANGE)
def restore(request: HttpRequest, segment: Segment) -> Outcome:
    """Bring it back into use."""
    saving.restore_segment(segment, by=_user(request))
    return Outcome(_("“%(segment)s” is in use again.") % {"segment": segment})


@act_on(_segments, PICK)
def pick(request: HttpRequest, segment: Segment) -> Outcome:
    """Put a person in by hand, or leave them out; with a reason."""
    contact, reason = _contact(request), text_of(request, "reason", LONGEST_REASON)
    is_in = request.POST.get("is_in") != "no"
    words = {"contact": contact, "segment": segment}
    if not segment.is_live:
        return _of_list(segment, contact, is_in=is_in, by=_user(request))
    picking.pick(segment, contact, is_in=is_in, by=_user(request), reason=reason)
    if is_in:
        return Outcome(_("%(contact)s is in “%(segment)s” by hand, whatever the rule says.") % words)
    return Outcome(_("%(contact)s is left out of “%(segment)s” by hand, whatever the rule says.") % words)


@act_on(_segments, PICK)
def unpick(request: HttpRequest, segment: Segment) -> Outcome:
    """Let the rule decide again."""
    contact = _known(request)
    picking.unpick(segment, contact, by=_user(request))
    return Outcome(_("The rule decides again about %(contact)s, with the next refresh.") % {"contact": contact})


def _of_list(segment: Segment, contact: Contact, *, is_in: bool, by: Any) -> Outcome:
    words = {"contact": contact, "segment": segment}
    if is_in:
        new = picking.add_to_list(segment, [contact.pk], by=by)
        return Outcome((_("%(contact)s is on the list now.") if new else _("%(contact)s was on the list.")) % words)
    gone = picking.remove_from_list(segment, [contact.pk], by=by)
    return Outcome(ngettext("%(number)s person left the list.", "%(number)s people left the list.", gone) % {
        "number": show_number(gone)
    })  # fmt: skip


def _contact(request: HttpRequest) -> Contact:
    """Return the person who was typed or chosen."""
    if request.POST.get("contact_id") and not request.POST.get("contact"):
        return _known(request)
    pk = as_id(request.POST.get("contact_id", ""))
    typed = Typed(text_of(request, "contact", LONGEST_NAME), pk or None)
    found = find_contact(typed, _user(request)) if typed.text else None
    if found is None:
        raise SegmentRefused(_("Choose one of the suggested people."), code="contact_unknown")
    return found


def _known(request: HttpRequest) -> Contact:
    pk = as_id(request.POST.get("contact_id", ""))
    contact: Contact = visible_or_404(Contact.objects.all(), request.user, pk)
    return contact


def _user(request: HttpRequest) -> Any:
    return request.user


VERBS = {"refresh": refresh_now, "archive": archive, "restore": restore, "pick": pick, "unpick": unpick}
