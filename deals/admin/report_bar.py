"""The filter bar of the report's page: controls limited to what one may see, and chips for filters that links set."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contacts.admin.typed import Typed, TypedWidget, find_company
from contacts.models import Company, Contact, Team, User
from deals.admin.choosing import all_choices
from deals.models import LossReason, Stage
from deals.pipeline.filtering import FILTERS, NONE
from deals.reports.grouping import DATES, GROUPINGS

SELECTS = ("owner", "team", "product", "industry", "pipeline")
DAYS = ("closed_from", "closed_to", "opened_from", "opened_to")
# What the bar sends as a typed name becomes the ``company`` filter.
TYPED, TYPED_ID = "company_name", "company_name_id"
USUAL_GROUPING = "owner"
_NAMED: dict[str, Any] = {
    "own_team": Team,
    "region": Team,
    "manager": User,
    "company": Company,
    "contact": Contact,
    "stage": Stage,
    "loss_reason": LossReason,
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the bar."""

    name: str
    label: str | Promise
    value: str
    choices: list[tuple[str, str]]
    error: str = ""
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that has no control here: its name, what it is set to, and the address of the page without it."""

    name: str
    label: str | Promise
    value: str
    text: str
    without: str


def asked(request: HttpRequest) -> dict[str, str]:
    """Return what the address asks for, as texts; the bare page is split by owner."""
    given = {name: request.GET[name] for name in request.GET if name not in (TYPED, TYPED_ID, "format")}
    return {"group_by": USUAL_GROUPING, **given}


def with_typed_company(request: HttpRequest) -> QueryDict | None:
    """Return the query in which a typed company stands as an id; ``None`` if nothing was typed.

    Raises ValidationError where the name means no company, or several.
    """
    if TYPED not in request.GET:
        return None
    user: Any = request.user
    text, chosen = request.GET.get(TYPED, "").replace("\x00", "").strip(), request.GET.get(TYPED_ID, "")
    query = request.GET.copy()
    for name in [name for name, value in query.items() if name in (TYPED, TYPED_ID, "company") or not value]:
        if name != "group_by":
            del query[name]
    if text:
        pk = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
        company = find_company(Typed(text, pk), user)
        if company is None:
            raise ValidationError(_("No company that you can see is called “%(name)s”.") % {"name": text})
        query["company"] = str(company.pk)
    return query


def controls(request: HttpRequest, faults: dict[str, list[str]]) -> list[Control]:
    """Return the bar's controls with what is chosen now, and what is wrong with it."""
    texts = asked(request)
    split = [("", _("Not split")), *((name, str(grouping.label)) for name, grouping in GROUPINGS.items())]
    dated = [(name, str(label)) for name, label in DATES.items()]
    found = [
        Control("group_by", _("Split by"), texts["group_by"], split, _first(faults, "group_by")),
        Control("date", _("Months by"), texts.get("date", ""), dated, _first(faults, "date")),
    ]
    for name in SELECTS:
        offered = all_choices(request)[name]
        value = texts.get(name, "")
        if value and value not in dict(offered):
            offered = [*offered, (value, _in_words(name, value, request, dict(offered)))]
        every = [("", _("All")), *offered]
        found.append(Control(name, FILTERS[name].label, value, every, _first(faults, name)))
    for name in DAYS:
        found.append(Control(name, FILTERS[name].label, texts.get(name, ""), [], _first(faults, name), is_day=True))
    return found


def company_box(request: HttpRequest) -> str:
    """Return the box in which one types a company's name."""
    text = request.GET.get(TYPED, "")
    given = asked(request).get("company", "")
    pk = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    if pk is not None and not text:
        text = str(Company.objects.visible_to(_user(request)).filter(pk=pk).first() or "")
    attributes = {"id": "report-company", "class": "td-input", "placeholder": _("All")}
    return TypedWidget("company", attributes).render(TYPED, Typed(text, pk if text else None))


def chips(request: HttpRequest) -> list[Chip]:
    """Return the filters in force that have no control in the bar."""
    found = []
    for name, text in asked(request).items():
        boxed = name == "company" and text.isdigit()
        if name not in FILTERS or name in (*SELECTS, *DAYS) or boxed or not text.strip():
            continue
        query = request.GET.copy()
        del query[name]
        words = _in_words(name, text, request, {})
        found.append(Chip(name, FILTERS[name].label, words, text, f"?{query.urlencode(safe=',')}"))
    return found


def _in_words(name: str, text: str, request: HttpRequest, known: dict[str, str]) -> str:
    parts = [part.strip() for part in text.split(",")]
    ids = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]
    if name in _NAMED and ids:
        rows = _NAMED[name].objects
        rows = rows.visible_to(_user(request)) if hasattr(rows, "visible_to") else rows.all()
        known = known | {str(row.pk): str(row) for row in rows.filter(pk__in=ids)}
    return ", ".join(known.get(part, _("none") if part == NONE else part) for part in parts)


def _first(faults: dict[str, list[str]], name: str) -> str:
    return " ".join(faults.get(name, []))


def _user(request: HttpRequest) -> Any:
    return request.user
