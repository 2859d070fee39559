"""What was posted through forms, to read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.admin.capture.filters import CampaignFilter
from campaigns.capture.showing import answered
from campaigns.models import Submission, WebForm
from config.common.admin.base import ReadOnlyAdmin, change_address, display
from config.common.admin.filters import ChoiceFilter, FieldFilter
from config.common.admin.showing import short_moment
from config.common.money import show_number


class StateFilter(FieldFilter):
    """What became of them."""

    field = "state"


class FormFilter(ChoiceFilter):
    """The posts of one form."""

    title = _("form")
    parameter_name = "form"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the newest forms."""
        user: Any = request.user
        rows = WebForm.objects.visible_to(user).order_by("-created_at", "-id")[:200]
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the posts of the chosen form."""
        return queryset.filter(form=self.value()) if self.value() else queryset


class OfCampaignFilter(CampaignFilter):
    """The posts of one campaign's forms."""

    path = "form__campaign"


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Posts of forms, as people wrote them."""

    list_display = ("when", "form", "person", "state")
    list_filter = (FormFilter, StateFilter, OfCampaignFilter)
    list_select_related = ("form", "contact")
    search_fields = ()
    fields: ClassVar = ("form", "state", "at", "confirmed_at", "person", "channel", "answers_shown", "texts_shown")
    list_before_template = "campaigns/capture/list_top.html"

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are."""
        number = rows.count()
        return ngettext("%(number)s post of forms.", "%(number)s posts of forms.", number) % {
            "number": show_number(number)
        }

    @display(description=_("When"), ordering="at")
    def when(self, submission: Submission) -> Any:
        """Return the moment in short."""
        return short_moment(submission.at)

    @display(description=_("Who"))
    def person(self, submission: Submission) -> Any:
        """Return the contact, linked, or the address that waits."""
        contact = submission.contact
        if contact is None:
            return submission.email or "–"
        return format_html('<a class="td-link" href="{}">{}</a>', change_address(contact), contact)

    @display(description=_("Answers"))
    def answers_shown(self, submission: Submission) -> Any:
        """Return each answer under its label."""
        rows = answered(submission)
        lines = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
        return format_html("<dl class='td-facts'>{}</dl>", lines) if rows else "–"

    @display(description=_("Agreed to"))
    def texts_shown(self, submission: Submission) -> Any:
        """Return the words that were agreed to, with their version."""
        rows = [(str(text), text.text) for text in submission.texts.select_related("purpose")]
        return format_html_join("", "<p>{}: “{}”</p>", rows) or "–"
