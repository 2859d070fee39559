"""The filters of the deals' list: those of the API and the report, by the same names, with controls to choose from."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from contacts.models import Company, Contact, User
from deals.admin.choosing import all_choices
from deals.admin.reading import as_id
from deals.models import Deal
from deals.pipeline.deal import Outcome
from deals.pipeline.filtering import FILTERS, DealFilters, matching, read_filters, switches

MOST_CHOICES = 300
EVERY_OUTCOME = "all"
Choices = list[tuple[str, str]]


def asked_filters(request: HttpRequest) -> dict[str, str]:
    """Return the filters in the address as texts. The bare list shows the open deals."""
    asked = {name: request.GET[name] for name in FILTERS if request.GET.get(name, "").strip()}
    if not asked:
        return {"outcome": Outcome.OPEN.value}
    if asked.get("outcome") == EVERY_OUTCOME:
        del asked["outcome"]
    return asked


def readable_filters(request: HttpRequest) -> tuple[DealFilters, list[str]]:
    """Return the filters of the address, and a sentence for each that can't be read."""
    asked = asked_filters(request)
    try:
        return read_filters(asked), []
    except ValidationError as error:
        faults = error.message_dict
        kept = {name: text for name, text in asked.items() if name not in faults}
        sentences = [f"{FILTERS[name].label}: {' '.join(faults[name])}" for name in faults]
        return read_filters(kept), sentences


class DealFilter(SimpleListFilter):
    """One filter of the list. An address with a value that can't be read finds nothing and says why."""

    template = "deals/filter.html"
    # Offers the choices; a filter without them is shown only while it is used (a link set it).
    offer: Callable[[HttpRequest], Choices] | None = None
    input_type = "select"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.asked = asked_filters(request)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Offer what the user may see."""
        return type(self).offer(request) if type(self).offer else []  # type: ignore[misc]

    def has_output(self) -> bool:
        """Stay in force also where there is nothing to choose from."""
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        text = self.asked.get(str(self.parameter_name))
        if not text:
            return queryset
        try:
            return queryset.filter(matching(read_filters({str(self.parameter_name): text})))
        except ValidationError as error:
            messages.error(request, f"{self.title}: {' '.join(error.messages)}")
            return queryset.none()

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Give the template the control's value and its choices."""
        name = str(self.parameter_name)
        value = self.asked.get(name, EVERY_OUTCOME if name == "outcome" else "")
        known = [(str(pk), str(label)) for pk, label in self.lookup_choices]
        if value and self.input_type == "select" and value not in dict(known):
            known.append((value, value))
        yield {"name": name, "value": value, "choices": known, "type": self.input_type}


def _of_kind(kind: str) -> Callable[[HttpRequest], Choices]:
    return lambda request: all_choices(request)[kind]


def _outcomes(request: HttpRequest) -> Choices:
    return [*((value, str(label)) for value, label in Outcome.choices), (EVERY_OUTCOME, _("All outcomes"))]


def _yes(request: HttpRequest) -> Choices:
    return [("1", _("Yes")), ("0", _("No"))]


OFFERS: dict[str, Callable[[HttpRequest], Choices]] = {
    "outcome": _outcomes,
    "owner": _of_kind("owner"),
    "team": _of_kind("team"),
    "pipeline": _of_kind("pipeline"),
    "stage": _of_kind("stage"),
    "product": _of_kind("product"),
    "industry": _of_kind("industry"),
}


@cache
def list_filters() -> list[Any]:
    """Return the filters of the list: those with choices first, then the periods, then those that only links use.

    Made when a list is first shown: slices above the pipeline register filters of theirs until then.
    """
    offers = {**OFFERS, **dict.fromkeys(switches(), _yes)}
    order = [*offers, *(name for name in FILTERS if name not in offers)]
    return [_filter_class(name, offers.get(name)) for name in order]


def _filter_class(name: str, offer: Callable[[HttpRequest], Choices] | None) -> type[DealFilter]:
    days = name.endswith(("_from", "_to"))
    attributes: dict[str, Any] = {
        "title": FILTERS[name].label,
        "parameter_name": name,
        "offer": staticmethod(offer) if offer else None,
        "input_type": "date" if days else "select" if offer else "hidden",
    }
    return type(f"{name.title().replace('_', '')}Filter", (DealFilter,), attributes)


def active_chips(changelist: Any, request: HttpRequest) -> list[dict[str, str]]:
    """Return the filters in force, in words, each with the address of the list without it; the outcome has its tabs."""
    chips = []
    for spec in changelist.filter_specs:
        name, text = spec.parameter_name, request.GET.get(spec.parameter_name, "").strip()
        if text and name != "outcome":
            rest = changelist.get_query_string({name: None, "outcome": request.GET.get("outcome") or EVERY_OUTCOME})
            chips.append({"label": str(spec.title), "value": _in_words(spec, text, request), "remove": rest})
    return chips


def _in_words(spec: DealFilter, text: str, request: HttpRequest) -> str:
    known = {str(pk): str(label) for pk, label in spec.lookup_choices}
    models: dict[str, Any] = {"company": Company, "contact": Contact, "manager": User}
    ids = [as_id(part) for part in text.split(",")]
    if spec.parameter_name in models:
        rows = models[spec.parameter_name].objects.visible_to(_user(request)).filter(pk__in=ids)
        known |= {str(row.pk): str(row) for row in rows}
    return ", ".join(known.get(part.strip(), _("none") if part.strip() == "none" else part) for part in text.split(","))


def outcome_tabs(request: HttpRequest, changelist: Any, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the tabs above the list: open, won, lost, all, each with its number."""
    chosen = asked_filters(request).get("outcome", EVERY_OUTCOME)
    entries = [*Outcome.choices, (EVERY_OUTCOME, _("All"))]
    return [
        {
            "label": label,
            "count": counts.get(value, 0) if value != EVERY_OUTCOME else sum(counts.values()),
            "link": changelist.get_query_string({"outcome": value}),
            "is_chosen": value == chosen,
            "outcome": value,
        }
        for value, label in entries
    ]


def deals_of_any_outcome(request: HttpRequest) -> tuple[Any, DealFilters]:
    """Return the deals that the address asks for, whatever their outcome: the base of the tabs' numbers."""
    filters = {name: value for name, value in readable_filters(request)[0].items() if name != "outcome"}
    deals = Deal.objects.visible_to(_user(request)).filter(matching(filters) if filters else Q())
    text = request.GET.get("q", "").replace("\x00", "").strip()
    return (deals.search(text) if text else deals), filters


def _user(request: HttpRequest) -> Any:
    return request.user
