"""Reminders: the list of those that wait, were delivered or failed, and the button that tries again."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from config.common.admin.base import ReadOnlyAdmin, action, apply_to_each, display, visible_or_404
from config.common.admin.filters import FieldFilter
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.showing import short_moment
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.models import User
from deals.activities.reminder import ReminderState
from deals.activities.reminding import retry_reminder
from deals.admin.activities.lists import StateFilter, state_tabs, without_state
from deals.admin.activities.reminder_rules import reminder_text
from deals.admin.activities.showing import page_of
from deals.admin.reading import reader_of
from deals.models import Reminder

LIST = "admin:deals_reminder_changelist"
# Whoever sets the rules of follow-ups looks why one did not come.
LOOKS_AFTER = "deals.change_salespolicy"
TONES = {ReminderState.DELIVERED: "good", ReminderState.FAILED: "bad", ReminderState.CANCELLED: "warn"}


def register() -> None:
    """Put the list of what failed into the sidebar; called by ``ready``."""
    title = gettext_lazy("Reminders that failed")
    failed = f"?state={ReminderState.FAILED.value}"
    register_item(
        Item(
            Group.TODAY,
            42,
            title,
            "alarm_off",
            LIST,
            LOOKS_AFTER,
            query=failed,
            needing=failed_ones,
            only_if_needed=True,
        )
    )


def failed_ones(user: User) -> list[QuerySet[Any]]:
    """Return the reminders that wait for a person who looks why they failed."""
    return [Reminder.objects.visible_to(user).filter(state=ReminderState.FAILED)]


class PurposeFilter(FieldFilter):
    """A reminder, or the telling of a manager."""

    field = "purpose"


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """Every reminder one may see. Nothing is written here: one that failed can be tried again."""

    list_display = ("shown", "user", "rule", "due", "state_badge", "attempts", "error")
    list_display_links = None
    list_filter = (StateFilter, PurposeFilter)
    list_before_template = "deals/activities/reminder_list_top.html"
    list_select_related = ("activity", "user")
    search_fields = ()
    actions = ("retry",)

    class Media:
        css: ClassVar = {"all": ("deals/deals.css",)}

    def get_list_display(self, request: HttpRequest) -> Any:
        """Add the button for those who may try again."""
        return (*self.list_display, "try_again") if self.has_retry_permission(request) else self.list_display

    def get_ordering(self, request: HttpRequest) -> Any:
        """Show what comes next first; of what is over, the newest."""
        state = request.GET.get("state") or ReminderState.WAITING
        return ("due_at", "id") if state == ReminderState.WAITING else ("-due_at", "-id")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add the tabs by state."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["tabs"] = state_tabs(request, context["cl"])
            context["chips"] = without_state(context["chips"], Reminder)
        return response

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the role may have a reminder tried again."""
        return reader_of(request).has_perm("deals.change_reminder")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, how many of them wait and failed."""
        states = (ReminderState.WAITING, ReminderState.FAILED)
        counts = {state.value: Count("pk", filter=Q(state=state)) for state in states}
        numbers = rows.order_by().aggregate(total=Count("pk"), **counts)
        sentence = ngettext(
            "%(total)s reminder: %(failed)s failed, %(waiting)s waiting.",
            "%(total)s reminders: %(failed)s failed, %(waiting)s waiting.",
            numbers["total"],
        )
        return sentence % {name: show_number(number) for name, number in numbers.items()}

    @display(description=gettext_lazy("Of"), ordering="activity__subject")
    def shown(self, reminder: Reminder) -> SafeString:
        """Return the activity, as a link to its page."""
        return format_html('<a class="td-row-title" href="{}">{}</a>', page_of(reminder.activity), reminder.activity)

    @display(description=gettext_lazy("When"))
    def rule(self, reminder: Reminder) -> str:
        """Return its rule, or that it tells the manager."""
        return reminder_text(reminder) or (reminder.get_purpose_display() if reminder.purpose == "escalate" else "–")

    @display(description=gettext_lazy("Due"), ordering="due_at")
    def due(self, reminder: Reminder) -> Any:
        """Return when it was to come."""
        return short_moment(reminder.due_at)

    @display(description=gettext_lazy("State"), ordering="state")
    def state_badge(self, reminder: Reminder) -> SafeString:
        """Return the state as a badge."""
        tone = TONES.get(ReminderState(reminder.state), "")
        return format_html('<span class="td-badge td-badge-{}">{}</span>', tone, reminder.get_state_display())

    @display(description=gettext_lazy("Error"))
    def error(self, reminder: Reminder) -> str:
        """Return what went wrong, or why it was stopped."""
        return reminder.cancel_reason or reminder.last_error or "–"

    @display(description=gettext_lazy("Again"))
    def try_again(self, reminder: Reminder) -> Any:
        """Return a button that sends the list's form to the reminder's own address."""
        if reminder.state != ReminderState.FAILED:
            return "–"
        address = reverse("admin:deals_reminder_retry", args=[reminder.pk])
        button = '<button class="td-button" type="submit" formaction="{}" aria-label="{}">{}</button>'
        return format_html(button, address, _("Try again: %(what)s") % {"what": reminder.activity}, _("Try again"))

    @action(description=gettext_lazy("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Have the chosen reminders tried again; those that did not fail are refused by name."""
        user = reader_of(request)

        def done(count: int) -> str:
            sentence = ngettext("%(count)s reminder is tried again.", "%(count)s reminders are tried again.", count)
            return sentence % {"count": show_number(count)}

        apply_to_each(self, request, rows, lambda reminder: retry_reminder(reminder, by=user), done)

    def get_urls(self) -> list[URLPattern]:
        """Add the verb."""
        own = path("<int:pk>/retry/", self.admin_site.admin_view(self.retry_one), name="deals_reminder_retry")
        return [own, *super().get_urls()]

    @method_decorator(require_POST)
    def retry_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have one reminder tried again."""
        if not self.has_retry_permission(request):
            raise PermissionDenied
        reminder: Reminder = visible_or_404(Reminder.objects.select_related("activity"), request.user, pk)
        try:
            retry_reminder(reminder, by=reader_of(request))
            messages.success(request, _("The reminder of “%(what)s” is tried again.") % {"what": reminder.activity})
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(f"{reverse(LIST)}?state={ReminderState.FAILED.value}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the activity that it reminds of: a reminder has no page of its own."""
        reminder: Reminder = visible_or_404(Reminder.objects.select_related("activity"), request.user, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(page_of(reminder.activity))
