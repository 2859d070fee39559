"""A touch's money on its page: what each model in use owes to it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from campaigns.admin.attribution.page import money_of
from campaigns.attribution.comparing import settings_of
from campaigns.attribution.tracing import TouchMoney, trace_touch


class WithMoney:
    """Shows above the fields of a touch what it is owed."""

    change_form_before_template = "campaigns/attribution/touch.html"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add the money, for those who may see shares."""
        user: Any = request.user
        touch = context.get("original")
        if touch is not None and user.has_perm("campaigns.view_share"):
            context["touch_money"] = [_row(touch.pk, each) for each in trace_touch(touch, user)]
        answered: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, *args, **kwargs
        )
        return answered


def _row(touch: int, each: TouchMoney) -> tuple[Any, ...]:
    query = urlencode({"run": each.run.pk, "touch": touch})
    link = f"{reverse('admin:campaigns_share_changelist')}?{query}" if each.deals else ""
    return each.run, settings_of(each.run), money_of(each.run, each.amount), each.deals, link
