"""The list of activities: tabs by state, filters by kind, owner and day, a sentence of numbers."""

from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.filters import ChoiceFilter, FieldFilter, OwnerFilter
from config.common.money import show_number
from contacts.models import Company, Contact
from deals.activities.kinds import ActivityState
from deals.admin.reading import reader_of
from deals.agenda.lists import due_later, due_today, is_late, of_my_people
from deals.models import Deal

EVERY_STATE = "all"


class StateFilter(FieldFilter):
    """Where it stands; the bare list shows the first state: what is planned, what waits."""

    field = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the states, and all of them."""
        return [*super().lookups(request, model_admin), (EVERY_STATE, _("All states"))]

    def value(self) -> str | None:
        """Return the chosen state; the first where none is chosen."""
        return super().value() or str(self.lookup_choices[0][0])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows in the state."""
        return queryset if self.value() == EVERY_STATE else queryset.filter(state=self.value())


class KindFilter(FieldFilter):
    """How we meet."""

    field = "kind"


class DueFilter(ChoiceFilter):
    """When it is to be done, by the reader's own calendar: the lists behind the numbers of a day."""

    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what a day counts."""
        return [("today", _("Today or earlier")), ("overdue", _("Late")), ("week", _("In the seven days after today"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the promises that are due then."""
        user, now = reader_of(request), timezone.now()
        conditions = {"today": due_today(user, now), "overdue": is_late(now), "week": due_later(user, now)}
        return queryset.filter(conditions[self.value() or ""]) if self.value() else queryset


class ActivityOwnerFilter(OwnerFilter):
    """Whose: mine, a colleague's, or those of all the people I look after."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer oneself and one's people first."""
        me, *others = super().lookups(request, model_admin)
        return [me, ("people", _("My people")), *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen owner."""
        if self.value() == "people":
            return queryset.filter(of_my_people(reader_of(request)))
        return super().queryset(request, queryset)


class _RecordFilter(ChoiceFilter):
    """About one record: only links set it."""

    template = "deals/activities/no_filter.html"
    column: ClassVar[str] = ""
    model: ClassVar[Any] = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the record in the address, if one may see it."""
        given = request.GET.get(str(self.parameter_name), "")
        if not (given.isascii() and given.isdigit() and len(given) < 19):
            return []
        return [(given, row) for row in self.model.objects.visible_to(request.user).filter(pk=given)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows about it."""
        if not self.used_parameters.get(str(self.parameter_name)):
            return queryset
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset.none()


class DealOfActivityFilter(_RecordFilter):
    """About a deal."""

    title, parameter_name, column, model = gettext_lazy("deal"), "deal", "deal", Deal


class ContactOfActivityFilter(_RecordFilter):
    """About a contact."""

    title, parameter_name, column, model = gettext_lazy("contact"), "contact", "contact", Contact


class CompanyOfActivityFilter(_RecordFilter):
    """About a company."""

    title, parameter_name, column, model = gettext_lazy("company"), "company", "company", Company


FILTERS = (
    StateFilter,
    DueFilter,
    KindFilter,
    ActivityOwnerFilter,
    DealOfActivityFilter,
    ContactOfActivityFilter,
    CompanyOfActivityFilter,
)


def without_state(chips: list[Any], model: Any) -> list[Any]:
    """Return the chips of a list without the one for the state, which has its tabs."""
    title = capfirst(str(model._meta.get_field("state").verbose_name))
    return [chip for chip in chips if chip.title != title]


def heading_of(rows: QuerySet[Any]) -> str:
    """Return the sentence of numbers about the rows of the list, from one query: “12 planned, 3 late, 40 done”."""
    numbers = rows.order_by().aggregate(
        planned=Count("pk", filter=Q(state=ActivityState.PLANNED)),
        late=Count("pk", filter=is_late(timezone.now())),
        done=Count("pk", filter=Q(state=ActivityState.DONE)),
        cancelled=Count("pk", filter=Q(state=ActivityState.CANCELLED)),
    )
    shown = {name: show_number(number) for name, number in numbers.items()}
    parts = [
        _("%(planned)s planned") % shown,
        ngettext("%(late)s of them late", "%(late)s of them late", numbers["late"]) % shown,
    ]
    parts += [_("%(done)s done") % shown] if numbers["done"] else []
    parts += [_("%(cancelled)s cancelled") % shown] if numbers["cancelled"] else []
    return ", ".join(parts)


def state_tabs(request: HttpRequest, changelist: Any) -> list[dict[str, Any]]:
    """Return the tabs above a list, one a state and one for all; the first state is what the bare list shows."""
    states = list(changelist.model._meta.get_field("state").choices)
    chosen = request.GET.get("state") or states[0][0]
    entries = [*states, (EVERY_STATE, _("All"))]
    return [
        {
            "label": label,
            "link": changelist.get_query_string({"state": value}, ["p"]),
            "is_chosen": value == chosen,
            "state": value,
        }
        for value, label in entries
    ]
