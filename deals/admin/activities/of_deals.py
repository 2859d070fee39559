"""The column “Next step” of the deals' list."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from deals.activities.next_steps import next_steps
from deals.admin.activities.showing import page_of, when_text


def with_steps(deals: Iterable[Any]) -> list[Any]:
    """Return the deals of a page, each knowing its next step as ``step``; in one query for all."""
    rows = list(deals)
    steps = next_steps(rows)
    for deal in rows:
        deal.step = steps.get(deal.pk)
    return rows


def step_cell(deal: Any) -> str:
    """Return the next step and its day; red where an open deal has none, or it is late."""
    step = getattr(deal, "step", None)
    if step is None:
        return format_html('<span class="dl-late">{}</span>', _("none")) if deal.is_open else "–"
    late = step.due_at is not None and step.due_at < timezone.now()
    cell = '<a class="td-quiet" href="{}"><strong class="dl-nowrap {}">{}</strong> {}</a>'
    return format_html(cell, page_of(step), "dl-late" if late else "", when_text(step), step.subject)
