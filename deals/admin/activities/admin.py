"""The list and page of activities in the admin. How an activity stands is changed by verbs, never by the form."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import TandemAdmin, action, apply_to_each, display, visible_or_404
from config.common.admin.showing import short_moment
from config.common.money import show_number
from contacts.models import Company, Contact, User
from deals.activities.doing import complete
from deals.activities.kinds import ActivityKind, ActivityState
from deals.activities.shifting import snooze
from deals.admin.activities import lists, verbs
from deals.admin.activities.about import About
from deals.admin.activities.forms import ActivityDetailsForm, PlanForm
from deals.admin.activities.page import activity_page
from deals.admin.activities.showing import about_links, icon_of, late_text, page_of, when_text
from deals.admin.reading import as_id, reader_of
from deals.models import Activity, Deal

_COLOURS = {ActivityState.PLANNED: "info", ActivityState.DONE: "success", ActivityState.CANCELLED: "danger"}
_VERBS = ("done", "snooze", "reschedule", "reassign", "cancel", "reopen", "remind", "unremind")
_FEW = ("kind", "subject", ("day", "hour"), "about")
_MORE = ("remind", "owner", "minutes", "place", "colleagues", "contacts", "note")
_DETAILS = ("subject", ("kind", "minutes"), "place", "note")


@admin.register(Activity)
class ActivityAdmin(TandemAdmin):
    """What was promised and what was done."""

    list_display = ("what", "due", "about", "owner", "state_badge")
    list_filter = lists.FILTERS
    list_select_related = ("owner", "deal", "contact", "company")
    list_before_template = "deals/activities/list_top.html"
    ordering = ("-id",)
    search_help_text = gettext_lazy("Subject or note")
    change_form_template = "deals/activities/activity.html"
    add_form_template = "deals/add.html"
    actions = ("mark_done", "put_off")

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/activities.css")}
        js = ("contacts/typing.js", "deals/activities.js")

    # --- The list -----------------------------------------------------------------------------------------------------

    @display(description=gettext_lazy("What"), ordering="subject")
    def what(self, activity: Activity) -> SafeString:
        """Return the subject, with the kind as an icon."""
        icon = '<span class="da-kind material-symbols-outlined" title="{}" aria-label="{}" role="img">{}</span> {}'
        kind = activity.get_kind_display()
        return format_html(icon, kind, kind, icon_of(activity.kind), activity.subject)

    @display(description=gettext_lazy("When"), ordering="due_at")
    def due(self, activity: Activity) -> SafeString:
        """Return when it is due, red when late; when it was done, for what was."""
        if not activity.is_planned and activity.done_at:
            return short_moment(activity.done_at)
        late = late_text(activity, timezone.now())
        text = f"{when_text(activity)} · {late}" if late else when_text(activity)
        return format_html('<span class="dl-nowrap {}">{}</span>', "dl-late" if late else "", text or "–")

    @display(description=gettext_lazy("About"))
    def about(self, activity: Any) -> SafeString:
        """Return whom and what it is about, as far as the reader may see it."""
        links = ((link.address, link.text) for link in getattr(activity, "about_shown", []))
        return format_html_join(" · ", '<a class="td-quiet" href="{}">{}</a>', links)

    @display(description=gettext_lazy("State"), ordering="state", label=_COLOURS)
    def state_badge(self, activity: Activity) -> tuple[str, str]:
        """Return the state, or the outcome where one was noted."""
        return activity.state, activity.get_outcome_display() if activity.outcome else activity.get_state_display()

    def get_ordering(self, request: HttpRequest) -> Any:
        """Show what is due first; of what was done or cancelled, the newest."""
        state = request.GET.get("state", ActivityState.PLANNED)
        return ("due_at", "id") if state == ActivityState.PLANNED else ("-created_at", "-id")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many are planned, late, done."""
        return lists.heading_of(rows)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add the tabs by state, and what the rows of the page are about."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            changelist = context["cl"]
            changelist.result_list = rows = list(changelist.result_list)
            shown = about_links(rows, reader_of(request))
            for row in rows:
                row.about_shown = shown[row.pk]
            context["chips"] = lists.without_state(context["chips"], Activity)
            context["tabs"] = lists.state_tabs(request, changelist)
        return response

    @action(description=gettext_lazy("Mark as done"), permissions=["change"])
    def mark_done(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Mark the chosen promises as done; what is none any more is refused by name."""
        user = reader_of(request)

        def done(count: int) -> str:
            sentence = ngettext("%(count)s activity is done.", "%(count)s activities are done.", count)
            return sentence % {"count": show_number(count)}

        apply_to_each(self, request, rows, lambda activity: complete(activity, by=user), done)

    @action(description=gettext_lazy("Put off by a day"), permissions=["change"])
    def put_off(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Put the chosen promises off by a day."""
        user = reader_of(request)

        def done(count: int) -> str:
            sentence = ngettext("%(count)s activity is a day later.", "%(count)s activities are a day later.", count)
            return sentence % {"count": show_number(count)}

        apply_to_each(self, request, rows, lambda activity: snooze(activity, by=user, days=1), done)

    # --- Planning and correcting --------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Choose the form: five fields to plan, what it says to correct; who only reads needs none."""
        if obj is None:
            kwargs["form"] = PlanForm
        elif self.has_change_permission(request, obj):
            kwargs["form"] = ActivityDetailsForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults and stands behind “More”."""
        if obj is None:
            return [(None, {"fields": _FEW}), (_("More"), {"fields": _MORE, "classes": ["collapse"]})]
        return [(None, {"fields": _DETAILS})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take what it is about, its kind, words and day from the address (buttons, the calendar, the palette)."""
        user, given = reader_of(request), request.GET
        models: dict[str, Any] = {"deal": Deal, "contact": Contact, "company": Company}
        initial: dict[str, Any] = {"subject": given.get("subject", "").replace("\x00", "")[:200]}
        asked = {name: as_id(given[name]) for name in models if given.get(name)}
        rows = ((name, models[name].objects.visible_to(user).filter(pk=pk).first()) for name, pk in asked.items())
        about = (About.of(name, row) for name, row in rows if row is not None)
        if first := next(about, None):
            initial["about"] = first
        if given.get("kind") in ActivityKind.values:
            initial["kind"] = given["kind"]
        initial |= {name: given[name] for name in ("day", "hour") if given.get(name)}
        return initial

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people who can keep a promise."""
        if db_field.name == "owner":
            kwargs["queryset"] = verbs.people_for(reader_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was cancelled is only read until it is opened again."""
        return not (obj is not None and obj.cancelled_at) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Plan, or correct what it says, through their functions."""
        user: User = reader_of(request)
        if change:
            form.save_changes(by=user)
        else:
            obj.__dict__.update(form.plan(by=user).__dict__)

    # --- The page -----------------------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the activity around what it says."""
        extra = extra_context or {}
        if object_id is not None:
            steps = Prefetch("next_steps", queryset=Activity.objects.visible_to(reader_of(request)))
            rows = Activity.objects.select_related("owner", "deal", "contact", "company", "follows", "done_by")
            activity = self.read_for_page(request, rows.prefetch_related(steps), object_id)
            if self.has_view_or_change_permission(request, activity):
                extra = {**activity_page(request, activity), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Go to the page, which tells the history."""
        activity = visible_or_404(Activity.objects, request.user, object_id)
        return HttpResponseRedirect(page_of(activity) + "#history-title")

    def get_urls(self) -> list[URLPattern]:
        """Add the verbs."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{name}/", wrap(getattr(verbs, name)), name=f"deals_activity_{name}")
            for name in _VERBS
        ]
        return [*own, *super().get_urls()]
