"""Public forms: their list with counts; their page with fields, consents, preview and the snippet that embeds them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.admin.capture.filters import CampaignFilter, YesNoFilter
from campaigns.capture.counting import with_posts
from campaigns.capture.showing import embed_snippet, form_address
from campaigns.models import FormConsent, FormField, WebForm
from config.common.admin.base import Inline, TandemAdmin, display
from config.common.admin.versions import VersionedForm
from config.common.money import show_number


class FieldInline(Inline):
    """What the form asks for; the e-mail address is always asked for."""

    model = FormField
    fields = ("position", "asks_for", "label", "choices", "is_required")
    verbose_name_plural = _("Fields (the e-mail address is always asked for)")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Keep the answers of a choice small until they are filled in."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "choices":
            field.widget.attrs["rows"] = 2
        return field


class ConsentInline(Inline):
    """What the form asks to allow, by the newest text in its language."""

    model = FormConsent
    fields = ("position", "purpose", "is_required")
    verbose_name_plural = _("Consents (by the newest text of each purpose)")


class OpenFilter(YesNoFilter):
    """Whether it takes posts."""

    title = _("open")
    parameter_name = field = "is_active"


@admin.register(WebForm)
class FormAdmin(TandemAdmin):
    """Forms for strangers."""

    form = VersionedForm
    list_display = ("name", "campaign", "accepted_shown", "waiting_shown", "turned_away", "is_open", "preview")
    list_filter = (CampaignFilter, OpenFilter)
    list_select_related = ("campaign",)
    search_fields = ()
    list_before_template = "campaigns/capture/list_top.html"
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    inlines: ClassVar = (FieldInline, ConsentInline)
    _few: ClassVar = ("name", "slug", "title", "campaign", "channel", "language", "owner")
    _more: ClassVar = (
        (_("What it says"), {"fields": ("intro", "button", "thanks")}),
        (_("How it takes posts"), {"fields": ("double_opt_in", "is_active")}),
        (_("In other pages"), {"fields": ("embedding_sites", "snippet")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the address and what came through it of a form that exists."""
        if obj is None:
            return ((None, {"fields": self._few}), *self._more)
        return ((None, {"fields": ("preview", "came", *self._few)}), *self._more)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is computed can be read."""
        return ("preview", "came", "snippet")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add what came through each."""
        return with_posts(super().get_queryset(request))

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many forms are open."""
        number = rows.filter(is_active=True).count()
        return ngettext("%(number)s form is open.", "%(number)s forms are open.", number) % {
            "number": show_number(number)
        }

    @display(description=_("Accepted"))
    def accepted_shown(self, form: Any) -> str:
        """Return how many posts count."""
        return show_number(form.accepted)

    @display(description=_("Waiting for confirmation"))
    def waiting_shown(self, form: Any) -> str:
        """Return how many wait."""
        return show_number(form.waiting)

    @display(description=_("Open"), boolean=True, ordering="is_active")
    def is_open(self, form: WebForm) -> bool:
        """Whether it takes posts."""
        return form.is_active

    @display(description=_("Page"))
    def preview(self, form: WebForm) -> str:
        """Return a link to the page as strangers see it; of a closed form the address alone, which says that it is."""
        address = form_address(form)
        if not form.is_active:
            return address
        return format_html('<a class="td-link" href="{}">{}</a>', reverse("form-page", args=[form.slug]), address)

    @display(description=_("What came"))
    def came(self, form: WebForm) -> str:
        """Return a link to what was posted, and how much programs posted."""
        number = form.submissions.count()
        words = ngettext("%(number)s post", "%(number)s posts", number) % {"number": show_number(number)}
        turned = ngettext(
            "%(number)s post by a program was turned away", "%(number)s posts by programs were turned away",
            form.turned_away,
        )  # fmt: skip
        return format_html(
            '<a class="td-link" href="{}?form={}">{}</a> · {}',
            reverse("admin:campaigns_submission_changelist"), form.pk, words,
            turned % {"number": show_number(form.turned_away)},
        )  # fmt: skip

    @display(description=_("Put this into your page"))
    def snippet(self, form: WebForm) -> str:
        """Return the words of HTML, or what is missing for them to work."""
        if not form.pk or not form.sites:
            return str(_("Name the sites that may embed the form first."))
        return format_html('<code class="td-code">{}</code>', embed_snippet(form))
