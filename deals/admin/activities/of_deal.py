"""What the page of a deal shows of its activities: the next step on top, and the log box."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from deals.admin.activities.log_box import NO_STEP, USUAL_DAYS, log_box
from deals.admin.activities.of_record import read
from deals.admin.activities.showing import icon_of, late_text, when_text
from deals.admin.reading import reader_of
from deals.models import Deal


def steps_of_deal(request: HttpRequest, deal: Deal, address: str) -> dict[str, Any]:
    """Return the context: the next step with its words, and the box if the reader may log."""
    user, now = reader_of(request), timezone.now()
    if not user.has_perm("deals.view_activity"):
        return {}
    planned = read(deal, user).planned
    step = planned[0] if planned else None
    box = log_box(
        "deal",
        {"deal": deal.pk},
        next_days=NO_STEP if step is not None or not deal.is_open else USUAL_DAYS,
        next_address=address,
        may_note=user.has_perm("deals.add_dealnote"),
    )
    return {
        "next_step": step,
        "next_step_icon": icon_of(step.kind) if step else "",
        "next_step_when": when_text(step, now) if step else "",
        "next_step_late": late_text(step, now) if step else "",
        "lacks_step": deal.is_open and step is None,
        "may_change_step": user.has_perm("deals.change_activity"),
        "log_box": box if user.has_perm("deals.add_activity") else None,
    }
