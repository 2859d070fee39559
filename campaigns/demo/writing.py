"""Writes the marketing part of the demo company: what it knows and plans at once, what it does into the diary."""

from functools import partial

from django.db.models import F

from campaigns.attribution.models import AttributionModel
from campaigns.attribution.sharing import run
from campaigns.demo.answering import write_answers
from campaigns.demo.planning import write_plans
from campaigns.demo.research import date_members, refresh_segments, write_research
from campaigns.demo.running import write_campaigns
from campaigns.demo.testing import write_tests
from config.common.demo import Diary
from config.integrations.models import Event


def write(diary: Diary) -> None:
    """Write research, plans, campaigns, answers and tests; at last find out who brought the money."""
    write_research(diary)
    write_plans(diary)
    write_campaigns(diary)
    write_answers(diary)
    write_tests(diary)
    diary.note(diary.moment(1, 18), partial(refresh_segments, diary))
    diary.at_end(date_members)
    diary.at_end(_share_money)


def _share_money() -> None:
    """Run every attribution model once, over all that happened. What was recorded in bulk is no news either."""
    for model in AttributionModel.objects.in_use().order_by("pk"):
        run(model)
    Event.objects.filter(delivered_at=None).update(delivered_at=F("occurred_at"))
