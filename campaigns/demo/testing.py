"""The demo company's A/B tests: one that was decided, one that runs."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from campaigns.capture.recording import NewTouch, record_touches
from campaigns.capture.touch import TouchKind, TouchSource, Visitor
from campaigns.channels.models import Channel
from campaigns.demo.running import campaign_of
from campaigns.execution.models import Campaign
from campaigns.experiments.models import Assignment, Experiment, ExperimentOn, Variant
from campaigns.experiments.moving import decide, start, stop
from config.common.demo import Diary

# People and conversions of each variant.
DECIDED = (("The guide at once", 337, 41), ("A question first", 334, 68))
RUNNING = (("Half page", 142, 19), ("Film", 139, 25))


def write_tests(diary: Diary) -> None:
    """Note both tests on their days."""
    by = diary.rows["marketer"]
    diary.note(diary.moment(262, 9), partial(_begin_first, diary), by=by)
    diary.note(diary.moment(232, 17), partial(_take_part, diary, "first", DECIDED), by=by)
    diary.note(diary.moment(228, 9), partial(_end_first, diary), by=by)
    diary.note(diary.moment(66, 9), partial(_begin_second, diary), by=by)
    diary.note(diary.moment(1, 17), partial(_take_part, diary, "second", RUNNING), by=by)


def _begin_first(diary: Diary) -> None:
    names = ("Mail one, the guide", "Post, the guide")
    hypothesis = "Asked first what moisture costs them, more people go on to the guide than if it is offered at once."
    _begin(diary, "first", "dry", "Offer the guide, or ask first?", "guide-or-question", hypothesis, DECIDED, names)


def _begin_second(diary: Diary) -> None:
    names = ("Half page, power cuts", "Film")
    hypothesis = "A film of the cold room makes more people write to us than the printed half page as a picture."
    _begin(diary, "second", "cold", "Film or picture?", "film-or-picture", hypothesis, RUNNING, names)


def _begin(
    diary: Diary, key: str, campaign: str, name: str, code: str, hypothesis: str, figures: Any, links: tuple[str, ...]
) -> None:
    experiment = Experiment.objects.create(
        name=name,
        code=code,
        campaign=campaign_of(diary, campaign),
        hypothesis=hypothesis,
        compares=ExperimentOn.LINKS,
        base_rate=Decimal("0.12"),
        smallest_effect=Decimal("0.08"),
        owner=diary.rows["marketer"],
    )
    for place, (variant, link) in enumerate(zip([figure[0] for figure in figures], links, strict=True)):
        Variant.objects.create(
            experiment=experiment,
            name=variant,
            link=diary.rows[f"link {link}"],
            is_control=place == 0,
            position=place,
        )
    diary.rows[f"test {key}"] = start(experiment, by=diary.rows["marketer"])


def _take_part(diary: Diary, key: str, figures: tuple[tuple[str, int, int], ...]) -> None:
    """Let visitors come to each variant since the test began, and some of them go on."""
    experiment = diary.rows[f"test {key}"]
    campaign: Campaign = experiment.campaign
    social, now = Channel.objects.get(code="social"), timezone.now()
    touches: list[NewTouch] = []
    for (_name, people, conversions), variant in zip(figures, experiment.variants.all(), strict=True):
        pace = (now - experiment.started_at - timedelta(hours=2)) / people
        moments = [experiment.started_at + pace * place for place in range(people)]
        visitors = Visitor.objects.bulk_create(
            Visitor(key=f"demo-{variant.pk}-{place}", first_seen_at=at) for place, at in enumerate(moments)
        )
        Assignment.objects.bulk_create(
            Assignment(experiment=experiment, variant=variant, visitor=visitor, at=visitor.first_seen_at)
            for visitor in visitors
        )
        step = people // conversions
        touches += [
            NewTouch(campaign, social, TouchKind.VISIT, each.first_seen_at + timedelta(minutes=3), visitor=each)
            for each in visitors[: conversions * step : step]
        ]
    record_touches(touches, source=TouchSource.LINK)


def _end_first(diary: Diary) -> None:
    by = diary.rows["marketer"]
    experiment = stop(diary.rows["test first"], by=by)
    winner = Variant.objects.get(experiment=experiment, name=DECIDED[1][0])
    text = "We ask first, in the mail and on the page: seven points more go on, and it costs nothing."
    decide(experiment, by=by, winner=winner, text=text)
