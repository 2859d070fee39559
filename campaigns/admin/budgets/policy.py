"""The company's choices about budgets, links and forms: one page."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from campaigns.budgets.watching import watch_all
from campaigns.models import MarketingPolicy
from config.common.admin.base import TandemAdmin, change_address
from deals.admin.reading import reader_of


@admin.register(MarketingPolicy)
class MarketingPolicyAdmin(TandemAdmin):
    """One row: its list leads to it."""

    search_fields = ()
    fieldsets: ClassVar = (
        (_("Budgets"), {"fields": ("warn_at", "approve_overruns")}),
        (_("Links and forms"), {"fields": ("double_click_seconds", "form_posts_a_minute")}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Go to the one policy there is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(change_address(MarketingPolicy.objects.current()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save it; budgets are looked at anew where the warning moved."""
        super().save_model(request, obj, form, change)
        if "warn_at" in form.changed_data:
            watch_all(by=reader_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one already."""
        return False
