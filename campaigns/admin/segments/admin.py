"""The segments' list, the builder, and the pages of a segment."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.admin.segments.building import Build, build_of, build_of_form, save
from campaigns.admin.segments.listing import build_of_list
from campaigns.admin.segments.page import builder_context, members_seen, preview_context, segment_context
from campaigns.admin.segments.verbs import VERBS
from campaigns.admin.segments.why import why_context
from campaigns.models import Segment, SegmentMember
from campaigns.segments.seeing import with_numbers
from config.common.admin.base import TandemAdmin, change_address, display, visible_or_404
from config.common.admin.filters import ChoiceFilter, FieldFilter, OwnerFilter
from config.common.admin.pages import show_page
from config.common.admin.showing import short_moment
from config.common.money import show_number
from contacts.models import Contact
from deals.admin.reading import as_id

A_PAGE = 50
ADD, CHANGE, VIEW = "campaigns.add_segment", "campaigns.change_segment", "campaigns.view_segment"


class KindFilter(FieldFilter):
    """Live or fixed."""

    field = "kind"


class UseFilter(ChoiceFilter):
    """In use (unless another choice is made), archived, or both."""

    title = gettext_lazy("archive")
    parameter_name = "archive"
    all_option: ClassVar = ("", gettext_lazy("In use"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the archive."""
        return [("archived", _("Archived")), ("all", _("In use and archived"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the archive out unless it is asked for."""
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "archived")


@admin.register(Segment)
class SegmentAdmin(TandemAdmin):
    """Parts of all contacts. Rules are built on the segment's own page."""

    list_display = ("name", "members_shown", "week", "kind_shown", "refreshed", "used", "owner")
    list_select_related = ("owner",)
    list_filter = (KindFilter, OwnerFilter, UseFilter)
    search_help_text = gettext_lazy("Name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the numbers that the reader may know, and who uses each."""
        user: Any = request.user
        campaigns, plans = Count("campaigns", distinct=True), Count("strategies__plan", distinct=True)
        rows = with_numbers(super().get_queryset(request), user)
        # Counting groups the rows, which drops their usual order.
        counted: QuerySet[Any] = rows.annotate(campaign_count=campaigns, plan_count=plans)
        return counted.order_by("-created_at", "-pk")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many segments there are, and how many of them nobody is in."""
        totals = rows.order_by().aggregate(all=Count("pk", distinct=True), empty=Count("pk", filter=Q(seen_size=0)))
        text = ngettext("%(number)s segment.", "%(number)s segments.", totals["all"])
        text %= {"number": show_number(totals["all"])}
        if totals["empty"]:
            none = ngettext("Nobody is in %(number)s of them.", "Nobody is in %(number)s of them.", totals["empty"])
            text += " " + none % {"number": show_number(totals["empty"])}
        return text

    @display(description=gettext_lazy("Members"), ordering="seen_size")
    def members_shown(self, segment: Any) -> str:
        """Return how many are in, as far as the reader may know."""
        return show_number(segment.seen_size)

    @display(description=gettext_lazy("This week"), ordering="week_in")
    def week(self, segment: Any) -> str:
        """Return how many came and went."""
        if not (segment.week_in or segment.week_out):
            return "0"
        return f"+{show_number(segment.week_in)} −{show_number(segment.week_out)}"

    @display(description=gettext_lazy("Kind"), ordering="kind")
    def kind_shown(self, segment: Segment) -> str:
        """Return what decides who is in."""
        return _("Live") if segment.is_live else _("Fixed list")

    @display(description=gettext_lazy("Refreshed"), ordering="refreshed_at")
    def refreshed(self, segment: Segment) -> Any:
        """Return when it was refreshed last."""
        return short_moment(segment.refreshed_at) if segment.refreshed_at else "–"

    @display(description=gettext_lazy("Used by"), ordering="campaign_count")
    def used(self, segment: Any) -> str:
        """Return how many campaigns and plans use it."""
        parts = []
        if segment.campaign_count:
            words = ngettext("%(number)s campaign", "%(number)s campaigns", segment.campaign_count)
            parts.append(words % {"number": show_number(segment.campaign_count)})
        if segment.plan_count:
            words = ngettext("%(number)s plan", "%(number)s plans", segment.plan_count)
            parts.append(words % {"number": show_number(segment.plan_count)})
        return ", ".join(parts) or "–"

    # --- The pages ----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add the builder's parts, the lists and the verbs."""
        wrap = self.admin_site.admin_view
        own = [
            path("rows/", wrap(require_POST(self.rows_view)), name="campaigns_segment_rows"),
            path("preview/", wrap(require_POST(self.preview_view)), name="campaigns_segment_preview"),
            path("<int:object_id>/members/", wrap(require_safe(self.members_view)), name="campaigns_segment_members"),
            path("<int:object_id>/why/", wrap(require_safe(self.why_view)), name="campaigns_segment_why"),
        ]
        own += [
            path(f"<int:object_id>/{name}/", wrap(view), name=f"campaigns_segment_{name}")
            for name, view in VERBS.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Build a new segment; with ``from=contacts`` beginning from the filters of the contacts' list."""
        user: Any = request.user
        if not user.has_perm(ADD):
            raise PermissionDenied
        if request.method == "POST":
            build = build_of_form(request)
            if not request.POST.get("do") and (saved := save(build, by=user)):
                messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
                return HttpResponseRedirect(change_address(saved))
            return self._builder(request, build)
        build, left_out = build_of_list(request) if request.GET.get("from") == "contacts" else (build_of(None), [])
        return self._builder(request, build, left_out=left_out)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a segment; save what was built."""
        user: Any = request.user
        segment = self._segment(request, as_id(object_id))
        build = build_of(segment)
        if request.method == "POST":
            if not user.has_perm(CHANGE):
                raise PermissionDenied
            build = build_of_form(request)
            build.kind = segment.kind
            seen = request.POST.get("version", "")
            if seen and seen != segment.version and not request.POST.get("do"):
                build.fault = _("Somebody changed this segment meanwhile. Saving again replaces their change.")
            elif not request.POST.get("do") and save(build, by=user, segment=segment):
                messages.success(request, _("“%(name)s” is saved.") % {"name": build.name})
                return HttpResponseRedirect(change_address(segment))
        context = segment_context(request, segment, build)
        if request.POST.get("do") == "preview" or (segment.is_live and request.GET.get("preview")):
            context.update(preview_context(build, user, segment))
        return self._page(request, "campaigns/segments/segment.html", str(segment), context)

    def _builder(self, request: HttpRequest, build: Build, **more: Any) -> HttpResponse:
        user: Any = request.user
        context = {**builder_context(build, user), **more}
        if request.POST.get("do") == "preview" or more.get("left_out"):
            context.update(preview_context(build, user))
        return self._page(request, "campaigns/segments/new.html", _("New segment"), context)

    def rows_view(self, request: HttpRequest) -> HttpResponse:
        """Return the rows again, after what a button or a choice asked for."""
        user: Any = request.user
        self._may_build(request)
        return render(request, "campaigns/segments/rule.html", builder_context(build_of_form(request), user))

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Return whom the rule in the form means now."""
        user: Any = request.user
        self._may_build(request)
        pk = as_id(request.POST.get("segment", ""))
        segment = self._segment(request, pk) if pk else None
        context = preview_context(build_of_form(request), user, segment)
        return render(request, "campaigns/segments/preview.html", context)

    def members_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """List the members that the reader may see, those who left too, if they are asked for."""
        user: Any = request.user
        segment = self._segment(request, object_id)
        text, left = request.GET.get("q", "").replace("\x00", "").strip()[:100], request.GET.get("show") == "left"
        rows: Any = members_seen(segment, user)
        if left:
            gone = SegmentMember.objects.visible_to(user).filter(segment=segment, left_at__isnull=False)
            rows = gone.select_related("contact").order_by("-left_at", "-id")
        if text:
            rows = rows.filter(contact__in=Contact.objects.search(text).order_by().values("pk"))
        page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
        lines = [(member, change_address(member.contact)) for member in page]
        context = {"segment": segment, "page": page, "lines": lines, "text": text, "left": left}
        title = _("Members of %(segment)s") % {"segment": segment}
        return self._page(request, "campaigns/segments/members.html", title, context)

    def why_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say why a contact is in the segment, or not."""
        segment = self._segment(request, object_id)
        title = _("Who is in %(segment)s, and why") % {"segment": segment}
        return self._page(request, "campaigns/segments/why.html", title, why_context(request, segment))

    def _segment(self, request: HttpRequest, pk: int) -> Any:
        user: Any = request.user
        if not user.has_perm(VIEW):
            raise PermissionDenied
        rows = with_numbers(Segment.objects.select_related("owner"), user, timezone.now())
        return visible_or_404(rows, user, pk)

    def _may_build(self, request: HttpRequest) -> None:
        user: Any = request.user
        if not (user.has_perm(ADD) or user.has_perm(CHANGE)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
        return show_page(request, self.admin_site, template, title, **context)
