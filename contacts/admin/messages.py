"""E-mail that left, waits or failed: the list, a page to read, and the button that tries again."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from config.common.admin.base import ReadOnlyAdmin, action, apply_to_each, change_address, display, visible_or_404
from config.common.admin.filters import ChoiceFilter, FieldFilter
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.pages import show_page
from config.common.admin.records import addresses
from config.common.admin.showing import short_moment
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.messages.kinds import kind_title
from contacts.messages.message import State
from contacts.messages.queueing import retry_message
from contacts.models import Message, MessageAttachment

VIEW, CHANGE = "contacts.view_message", "contacts.change_message"
LIST = "admin:contacts_message_changelist"
TONES = {State.SENT: "good", State.FAILED: "bad", State.CANCELLED: "warn"}


def register() -> None:
    """Put the list of what failed into the sidebar; called by ``ready``."""
    title = gettext_lazy("Messages that failed")
    failed = f"?state={State.FAILED.value}"
    register_item(Item(Group.TODAY, 40, title, "unsubscribe", LIST, CHANGE, query=failed, needing=failed_ones))


def failed_ones(user: Any) -> list[QuerySet[Any]]:
    """Return the messages that wait for a person who looks why they failed."""
    return [Message.objects.visible_to(user).failed()]


class StateFilter(FieldFilter):
    """How far it has come."""

    field = "state"


class KindFilter(ChoiceFilter):
    """What it is about: the kinds that there are."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the kinds of messages that the user may see."""
        user: Any = request.user
        kinds = Message.objects.visible_to(user).order_by("kind").values_list("kind", flat=True).distinct()
        return [(kind, kind_title(kind)) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the messages of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Every message one may see. Nothing is written here: a message that failed can be tried again."""

    list_display = (
        "subject",
        "state_badge",
        "kind_shown",
        "recipient",
        "attempts",
        "next_try",
        "error",
        "due",
    )
    list_filter = (StateFilter, KindFilter)
    search_help_text = gettext_lazy("Recipient or subject")
    actions = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the texts out of lists: they can be long."""
        return super().get_queryset(request).defer("text", "html")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Add the button for those who may try again."""
        return (*self.list_display, "try_again") if self.has_retry_permission(request) else self.list_display

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the role may put a message back into the queue."""
        user: Any = request.user
        return bool(user.has_perm(CHANGE))

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, how many of them wait and failed."""
        counts = {state.value: Count("pk", filter=Q(state=state)) for state in (State.WAITING, State.FAILED)}
        numbers = rows.order_by().aggregate(total=Count("pk"), **counts)
        shown = {name: show_number(number) for name, number in numbers.items()}
        sentence = ngettext(
            "%(total)s message: %(failed)s failed, %(waiting)s waiting.",
            "%(total)s messages: %(failed)s failed, %(waiting)s waiting.",
            numbers["total"],
        )
        return sentence % shown

    @display(description=gettext_lazy("State"), ordering="state")
    def state_badge(self, message: Message) -> SafeString:
        """Return the state as a badge."""
        tone = TONES.get(State(message.state), "")
        return format_html('<span class="td-badge td-badge-{}">{}</span>', tone, message.get_state_display())

    @display(description=gettext_lazy("Kind"), ordering="kind")
    def kind_shown(self, message: Message) -> str:
        """Return what it is about, in words."""
        return kind_title(message.kind)

    @display(description=gettext_lazy("To"), ordering="to_address")
    def recipient(self, message: Message) -> str:
        """Return whom it goes to."""
        return f"{message.to_name} <{message.to_address}>" if message.to_name else message.to_address

    @display(description=gettext_lazy("Next attempt"), ordering="next_attempt_at")
    def next_try(self, message: Message) -> Any:
        """Return when it is tried next, if it is."""
        return short_moment(message.next_attempt_at) if message.state == State.WAITING else "–"

    @display(description=gettext_lazy("Error"))
    def error(self, message: Message) -> str:
        """Return what went wrong, or why it was stopped."""
        return message.cancel_reason or message.last_error or "–"

    @display(description=gettext_lazy("Due"), ordering="due_at")
    def due(self, message: Message) -> Any:
        """Return when it was to leave."""
        return short_moment(message.due_at)

    @display(description=gettext_lazy("Again"))
    def try_again(self, message: Message) -> Any:
        """Return a button that sends the list's form to the message's own address."""
        if message.state != State.FAILED:
            return "–"
        address = reverse("admin:contacts_message_retry", args=[message.pk]) + "?from=list"
        button = '<button class="td-button" type="submit" formaction="{}" aria-label="{}">{}</button>'
        label = _("Try again: %(subject)s") % {"subject": message}
        return format_html(button, address, label, _("Try again"))

    @action(description=gettext_lazy("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Put the chosen messages back into the queue; those that did not fail are refused by name."""
        user: Any = request.user

        def done(count: int) -> str:
            sentence = ngettext("%(count)s message is tried again.", "%(count)s messages are tried again.", count)
            return sentence % {"count": show_number(count)}

        apply_to_each(self, request, rows, lambda message: retry_message(message, by=user), done)

    def get_urls(self) -> list[URLPattern]:
        """Add the verb and the files of a message."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/retry/", view(self.retry_one), name="contacts_message_retry"),
            path("<int:pk>/file/", view(self.attachment), name="contacts_message_attachment"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def retry_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one message back into the queue."""
        user: Any = request.user
        if not self.has_retry_permission(request):
            raise PermissionDenied
        message: Message = visible_or_404(Message.objects, user, pk)
        try:
            retry_message(message, by=user)
            messages.success(request, _("“%(subject)s” is tried again.") % {"subject": message})
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        from_list = request.GET.get("from") == "list"
        back = f"{reverse(LIST)}?state={State.FAILED.value}" if from_list else change_address(message)
        return HttpResponseRedirect(back)

    @method_decorator(require_safe)
    def attachment(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out a file that goes with a message, never to be shown in place."""
        user: Any = request.user
        if not self.has_view_permission(request):
            raise PermissionDenied
        file: MessageAttachment = visible_or_404(MessageAttachment.objects, user, pk)
        disposition = content_disposition_header(True, file.name) or "attachment"
        headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
        return HttpResponse(bytes(file.content), content_type="application/octet-stream", headers=headers)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the message as it leaves: headers, text, files, and how it went."""
        user: Any = request.user
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            raise Http404
        rows = Message.objects.select_related("sender", "contact", "retried_by")
        message: Message = visible_or_404(rows, user, unquote(object_id))
        reference = (message.about_type, message.about_id or 0)
        context = {
            "opts": self.opts,
            "original": message,
            "message": message,
            "recipient": self.recipient(message),
            "badge": self.state_badge(message),
            "kind": kind_title(message.kind),
            "about": addresses([reference], user).get(reference) if message.about_type else None,
            "files": message.attachments.defer("content"),
            "may_retry": message.state == State.FAILED and self.has_retry_permission(request),
            **(extra_context or {}),
        }
        return show_page(request, self.admin_site, "contacts/messages/message.html", str(message), **context)
