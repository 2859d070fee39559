"""“Save these filters as a segment”: what narrows the contacts' list as a rule, and a sentence about what is left out.

Each parameter of the list has a reader of its own: nothing that stands in an address becomes part of a rule unread.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from campaigns.admin.segments.building import Build
from campaigns.admin.segments.drafting import draft_of_tree, empty_draft
from campaigns.segments.fields import Field, field_of
from config.common.admin.list_links import ListLink
from contacts.lifecycle import figures
from contacts.models import User
from deals.admin.reading import as_id

LONGEST_SEARCH = 100
Rule = dict[str, Any]
Mapped = tuple[Rule | None, str]


def link_from_contacts(request: HttpRequest, params: dict[str, str]) -> ListLink | None:
    """Return the way from the contacts' list to a segment of the same people, where something narrows the list."""
    user: Any = request.user
    given = {name: text for name, text in params.items() if name in MAPPED and text}
    if not given or not user.has_perm("campaigns.add_segment"):
        return None
    query = urlencode({"from": "contacts", **given})
    return ListLink(_("Save as a segment"), f"{reverse('admin:campaigns_segment_add')}?{query}", "groups")


def build_of_list(request: HttpRequest) -> tuple[Build, list[str]]:
    """Return the builder filled from a list's address, and sentences about what could not be taken over as it was."""
    user: Any = request.user
    rules: list[Rule] = []
    said: list[str] = []
    for name, read in MAPPED.items():
        text = request.GET.get(name, "").replace("\x00", "").strip()
        if text:
            rule, sentence = read(text, user)
            rules += [rule] if rule else []
            said += [sentence] if sentence else []
    if not rules:
        return Build(empty_draft()), said or [_("None of these filters can be a rule. Build it here.")]
    return Build(draft_of_tree({"match": "all", "rules": rules})), said


def _search(text: str, user: User) -> Mapped:
    rule = {"field": "contact.name", "operator": "contains", "value": text[:LONGEST_SEARCH]}
    return rule, _("The search also looks at e-mail addresses and numbers; the segment looks at names only.")


def _stage(text: str, user: User) -> Mapped:
    if text == "open-leads":
        return {"field": "lifecycle.stage", "operator": "is_any_of", "value": list(figures.OPEN_LEADS)}, ""
    return _choice("lifecycle.stage", text)


def _owner(text: str, user: User) -> Mapped:
    if text == "nobody":
        return {"field": "contact.owner", "operator": "not_set"}, ""
    pk = user.pk if text == "me" else as_id(text)
    if not User.objects.visible_to(user).filter(pk=pk).exists():
        return None, _("The owner is not somebody you can see; the segment does without.")
    return {"field": "contact.owner", "operator": "is", "value": pk}, ""


def _lead(text: str, user: User) -> Mapped:
    today = timezone.localdate()
    monday = figures.this_week(today).first
    periods: dict[str, Rule] = {
        "week": {"field": "at", "operator": "after", "value": (monday - timedelta(days=1)).isoformat()},
        "month": {"field": "at", "operator": "this_month"},
        "year": {"field": "at", "operator": "in_last_days", "value": 364},
    }
    if text not in periods:
        return None, _unknown("lead", text)
    # Who became a lead then has no such step from before.
    lead = {"field": "stage", "operator": "is_any_of", "value": [str(stage) for stage in figures.LEAD_STAGES]}
    then, not_then = periods[text], {"match": "none", "rules": [periods[text]]}
    rules = [
        {"field": "stages", "operator": "any", "where": {"match": "all", "rules": [lead, then]}},
        {"field": "stages", "operator": "none", "where": {"match": "all", "rules": [lead, not_then]}},
    ]
    fixed = _("“This week” became the days since %(day)s: the segment keeps that day when the week is over.")
    said = fixed % {"day": date_format(monday, "SHORT_DATE_FORMAT")} if text == "week" else ""
    return {"match": "all", "rules": rules}, said


def _source(text: str, user: User) -> Mapped:
    return _choice("contact.source", text)


def _country(text: str, user: User) -> Mapped:
    return _choice("contact.country", text)


def _archive(text: str, user: User) -> Mapped:
    return None, _("Segments hold contacts in use only: the choice about the archive is left out.")


def _choice(code: str, text: str) -> Mapped:
    asked = field_of(code)
    known: Iterable[Any] = asked.known([text]) if isinstance(asked, Field) and asked.known else ()
    if text not in known:
        return None, _unknown(code, text)
    return {"field": code, "operator": "is", "value": text}, ""


def _unknown(name: str, text: str) -> str:
    return _("Nobody knows what “%(text)s” means as “%(name)s”; the segment does without.") % {
        "text": text[:60],
        "name": name,
    }


# The parameters of the contacts' list, in the order in which the rule asks.
MAPPED: dict[str, Callable[[str, User], Mapped]] = {
    "q": _search,
    "stage": _stage,
    "owner": _owner,
    "lead": _lead,
    "source": _source,
    "country": _country,
    "archive": _archive,
}
