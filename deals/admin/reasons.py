"""The reasons for losing."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import (
    TandemAdmin,
    action,
    apply_to_each,
    display,
)
from deals.admin.reading import number_of, reader_of
from deals.models import Deal, LossReason
from deals.pipeline import arranging
from deals.pipeline.reasons import add_reason


@admin.register(LossReason)
class LossReasonAdmin(TandemAdmin):
    """Why deals are lost: the catalogue from which one chooses."""

    list_display = ("name_shown", "state", "position", "losses_shown")
    actions = ("retire", "restore")
    search_fields = ()

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, and which is the most frequent."""
        used = sum(1 for row in rows if row.retired_at is None)
        most = max(rows, key=lambda row: row.losses, default=None)
        sentence = _("%(used)s reasons in use, %(retired)s retired") % {"used": used, "retired": len(rows) - used}
        if most is not None and most.losses:
            sentence += "; " + _("most often: %(reason)s (%(number)s)") % {"reason": most, "number": most.losses}
        return sentence

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the lost deals that the reader may see."""
        lost = (
            Deal.objects.visible_to(reader_of(request))
            .lost()
            .filter(loss_reason=OuterRef("pk"))
            .order_by()
            .values("loss_reason")
        )
        rows: QuerySet[Any] = super().get_queryset(request).annotate(losses=number_of(lost))
        return rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A name is enough; the place can be changed later."""
        return ("name",) if obj is None else ("name", "position")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Add at the end; the code is made from the name."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.__dict__.update(add_reason(form.cleaned_data["name"]).__dict__)

    @display(description=gettext_lazy("Reason"), ordering="position")
    def name_shown(self, reason: LossReason) -> str:
        """Return the name in the reader's language."""
        return str(reason)

    @display(description=gettext_lazy("State"), label={"used": "success", "retired": "warning"})
    def state(self, reason: LossReason) -> tuple[str, str]:
        """Return whether it is in use."""
        return ("used", _("In use")) if reason.retired_at is None else ("retired", _("Retired"))

    @display(description=gettext_lazy("Lost deals"), ordering="losses")
    def losses_shown(self, reason: Any) -> int:
        """Return how many deals were lost for it."""
        return int(reason.losses)

    @action(description=gettext_lazy("Use no longer"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Take the chosen reasons out of use; lost deals keep theirs."""
        apply_to_each(
            self,
            request,
            rows,
            arranging.retire_loss_reason,
            lambda n: ngettext("%d reason is retired.", "%d reasons are retired.", n) % n,
        )

    @action(description=gettext_lazy("Use again"), permissions=["change"])
    def restore(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Bring the chosen reasons back."""
        apply_to_each(
            self,
            request,
            rows,
            arranging.restore_loss_reason,
            lambda n: ngettext("%d reason is in use again.", "%d reasons are in use again.", n) % n,
        )
