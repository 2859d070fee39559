"""Channels: the shipped ones, and what a company adds."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.channels.adding import free_code
from campaigns.models import Channel
from config.common.admin.base import TandemAdmin, action, display


@admin.register(Channel)
class ChannelAdmin(TandemAdmin):
    """The ways on which marketing reaches people."""

    list_display = ("name", "kind_shown", "code", "position", "state")
    search_fields = ()
    actions = ("retire", "restore")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many are in use."""
        used = rows.order_by().filter(is_active=True).count()
        retired = rows.order_by().count() - used
        sentence = ngettext(
            "%(used)s channel in use, %(retired)s retired.", "%(used)s channels in use, %(retired)s retired.", used
        )
        return sentence % {"used": used, "retired": retired}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A name and a kind are enough; the code is made from the name and then stays: links and imports say it."""
        return ("name", "kind") if obj is None else ("name", "kind", "code", "position", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The code stays."""
        return () if obj is None else ("code",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the code of a new channel from its name, and put it last."""
        if not change:
            obj.code = free_code(slugify(obj.name))
            last = Channel.objects.order_by("-position").values_list("position", flat=True).first()
            obj.position = (last or 0) + 1
        super().save_model(request, obj, form, change)

    @display(description=gettext_lazy("Kind"), ordering="kind")
    def kind_shown(self, channel: Channel) -> str:
        """Return what sort of channel it is."""
        return str(channel.get_kind_display())

    @display(description=gettext_lazy("State"), ordering="is_active", label={"used": "success", "retired": "warning"})
    def state(self, channel: Channel) -> tuple[str, str]:
        """Return whether it is in use."""
        return ("used", _("In use")) if channel.is_active else ("retired", _("Retired"))

    @action(description=gettext_lazy("Use no longer"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Take the chosen channels out of use; plans and campaigns keep theirs."""
        number = _set_active(rows, active=False)
        self.message_user(request, ngettext("%d channel is retired.", "%d channels are retired.", number) % number)

    @action(description=gettext_lazy("Use again"), permissions=["change"])
    def restore(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Bring the chosen channels back."""
        number = _set_active(rows, active=True)
        self.message_user(
            request, ngettext("%d channel is in use again.", "%d channels are in use again.", number) % number
        )


def _set_active(rows: QuerySet[Any], *, active: bool) -> int:
    changed = 0
    for channel in rows.exclude(is_active=active):
        channel.is_active = active
        channel.save(update_fields=["is_active", "updated_at"])
        changed += 1
    return changed
