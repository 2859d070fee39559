"""Tracked links: their list with counts, their page with the address to publish and its QR code."""

import io
from typing import Any, ClassVar

import segno
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from campaigns.admin.capture.filters import CampaignFilter, ChannelFilter, YesNoFilter
from campaigns.capture.counting import with_touches
from campaigns.capture.linking import address_of, check_destination, make_link, target_of
from campaigns.capture.links import FIXED, UtmParameter
from campaigns.models import ContentItem, TrackedLink, UtmTerm
from config.common.admin.base import TandemAdmin, display, visible_or_404
from config.common.admin.pages import register_page
from config.common.admin.versions import VersionedForm
from config.common.errors import DomainError
from config.common.money import show_number
from deals.admin.reading import as_id


class LinkForm(VersionedForm):
    """A link; where it leads is said once."""

    class Meta:
        model = TrackedLink
        fields = ("name", *(name for name in FIXED if name != "code"), "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields
        for name, parameter in (("source", UtmParameter.SOURCE), ("medium", UtmParameter.MEDIUM)):
            if name in own:
                own[name].queryset = UtmTerm.objects.filter(parameter=parameter)
        if "content" in own:
            # What was chosen is looked up among these: that can't be asked of a slice.
            items = ContentItem.objects.select_related("campaign").order_by("-pk")
            if campaign := as_id(self.initial.get("campaign", "")):
                items = items.filter(campaign=campaign)
            own["content"].queryset = items.filter(pk__in=items.values("pk")[:500])
        for name in ("campaign", "channel"):
            given = self.initial.get(name) if name in own else None
            if given:
                own[name].initial = given

    def clean(self) -> dict[str, Any]:
        """Take content of the same campaign only."""
        given: dict[str, Any] = super().clean() or {}
        content, campaign = given.get("content"), given.get("campaign")
        if content is not None and campaign is not None and content.campaign_id != campaign.pk:
            self.add_error("content", _("The content belongs to another campaign."))
        return given

    def clean_destination(self) -> str:
        """Refuse what is no plain web address."""
        destination = str(self.cleaned_data["destination"])
        try:
            check_destination(destination)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.sentence) from None
        return destination


class CountsFilter(YesNoFilter):
    """Whether it counts."""

    title = _("counts")
    parameter_name = field = "is_active"


@admin.register(TrackedLink)
class LinkAdmin(TandemAdmin):
    """Links that count who comes."""

    form = LinkForm
    list_display = ("name", "address_column", "campaign", "channel", "counted", "counts")
    list_filter = (CampaignFilter, ChannelFilter, CountsFilter)
    list_select_related = ("campaign", "channel")
    search_fields = ()
    list_before_template = "campaigns/capture/list_top.html"
    add_fieldsets: ClassVar = (
        (None, {"fields": ("name", "destination", "campaign", "channel", "is_print_code")}),
        (_("What it tells other programs"), {"fields": ("source", "medium", "content")}),
    )
    fieldsets: ClassVar = (
        (None, {"fields": ("name", "address_shown", "counted", "is_active")}),
        (_("On paper"), {"fields": ("qr",)}),
        (
            _("Where it leads, for ever"),
            {"fields": ("leads_to", "campaign", "channel", "content", "source", "medium", "is_print_code")},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the destination once; afterwards show what it has become."""
        return self.fieldsets if obj is not None else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is fixed can be read."""
        if obj is None:
            return ()
        fixed = tuple(name for name in FIXED if name not in ("code", "destination"))
        return ("address_shown", "counted", "qr", "leads_to", *fixed)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add how often each was followed."""
        return with_touches(super().get_queryset(request))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make a link with a code of its own, or save its name and whether it counts."""
        if change:
            super().save_model(request, obj, form, change)
            return
        names = ("name", "destination", "campaign", "channel", "content", "source", "medium", "is_print_code")
        user: Any = request.user
        made = make_link(by=user, **{name: form.cleaned_data.get(name) for name in names})
        obj.__dict__.update(made.__dict__)

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many links count."""
        number = rows.filter(is_active=True).count()
        return ngettext("%(number)s link counts.", "%(number)s links count.", number) % {"number": show_number(number)}

    @display(description=_("Address"))
    def address_column(self, link: TrackedLink) -> str:
        """Return the address in short."""
        return format_html('<span class="td-code">{}</span>', address_of(link).split("://", 1)[-1])

    @display(description=_("Followed"))
    def counted(self, link: Any) -> str:
        """Return how often it was followed."""
        number = getattr(link, "touches_counted", None)
        return show_number(link.touches.count() if number is None else number)

    @display(description=_("Counts"), boolean=True, ordering="is_active")
    def counts(self, link: TrackedLink) -> bool:
        """Whether it still counts."""
        return link.is_active

    @display(description=_("Publish this address"))
    def address_shown(self, link: TrackedLink) -> str:
        """Return the address, to be copied."""
        return format_html(
            '<input class="td-input td-code" type="text" readonly value="{}" aria-label="{}" size="42">',
            address_of(link), _("Publish this address"),
        )  # fmt: skip

    @display(description=_("Leads to"))
    def leads_to(self, link: TrackedLink) -> str:
        """Return where it leads, with what it tells other programs."""
        target = target_of(link)
        return format_html('<a class="td-link" href="{}" rel="noreferrer">{}</a>', target, target)

    @display(description=_("QR code"))
    def qr(self, link: TrackedLink) -> str:
        """Return the code as a picture, and as a file for the printer."""
        picture, words = reverse("admin:campaigns_link_qr", args=[link.pk]), _("QR code of the link")
        return format_html(
            '<img class="td-qr" src="{0}" alt="{1}" width="160" height="160"> '
            '<a class="td-link" href="{0}" download="{2}.svg">{3}</a>',
            picture, words, link.code, _("Download (SVG)"),
        )  # fmt: skip


@require_safe
def qr_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Serve the QR code of a link as SVG: dark on white, with its quiet zone, for screens and printers alike."""
    user: Any = request.user
    if not user.has_perm("campaigns.view_trackedlink"):
        raise PermissionDenied
    link: TrackedLink = visible_or_404(TrackedLink.objects.all(), user, pk)
    out = io.BytesIO()
    segno.make(address_of(link), error="m", micro=False).save(out, kind="svg", scale=8, border=4, light="#ffffff")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


register_page("campaigns/trackedlink/<int:pk>/qr.svg", "campaigns_link_qr", qr_code)
