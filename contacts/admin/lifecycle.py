"""The ledger of lifecycle changes, to read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import ReadOnlyAdmin, change_address, display
from config.common.admin.filters import FieldFilter
from config.common.admin.records import addresses
from config.common.admin.showing import short_moment
from config.common.money import show_number
from contacts.lifecycle.telling import short_name
from contacts.models import LifecycleChange


class ToStageFilter(FieldFilter):
    """The stage that was entered."""

    field = "to_stage"


class CauseFilter(FieldFilter):
    """What moved the subject."""

    field = "cause_kind"


@admin.register(LifecycleChange)
class LifecycleChangeAdmin(ReadOnlyAdmin):
    """Who went from which stage to which, when, and why."""

    list_display = ("when", "subject_link", "from_short", "to_short", "by", "cause")
    list_display_links = ("when",)
    list_filter = (ToStageFilter, CauseFilter)
    list_select_related = ("contact", "company", "by")
    search_fields = ()
    fields: ClassVar = (
        "subject_link",
        ("from_stage", "to_stage"),
        ("at", "recorded_at"),
        ("by", "cause_kind"),
        "cause",
        "cause_record",
    )

    @display(description=gettext_lazy("When"), ordering="at")
    def when(self, change: LifecycleChange) -> Any:
        """Return the day."""
        return short_moment(change.at)

    @display(description=gettext_lazy("From"), ordering="from_stage")
    def from_short(self, change: LifecycleChange) -> str:
        """Return the stage that was left."""
        return short_name(change.from_stage) or "–"

    @display(description=gettext_lazy("To"), ordering="to_stage")
    def to_short(self, change: LifecycleChange) -> str:
        """Return the stage that was entered."""
        return short_name(change.to_stage)

    @display(description=gettext_lazy("Contact or company"))
    def subject_link(self, change: LifecycleChange) -> Any:
        """Return the subject, linked."""
        return format_html('<a class="td-link" href="{}">{}</a>', change_address(change.subject), change.subject)

    @display(description=gettext_lazy("Because of"))
    def cause_record(self, change: Any) -> Any:
        """Return a link to the record behind the change, if the reader may see it."""
        link = change.cause_link
        return (
            format_html('<a class="td-link" href="{}">{}</a>', link, gettext_lazy("Open the record")) if link else "–"
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Look for the record behind the change."""
        change = super().get_object(request, object_id, from_field)
        if change is not None:
            reference = (change.cause_type, change.cause_id)
            change.cause_link = addresses([reference], request.user).get(reference, "") if change.cause_id else ""
        return change

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many changes."""
        number = rows.count()
        return ngettext("%(number)s change of stage.", "%(number)s changes of stage.", number) % {
            "number": show_number(number)
        }
