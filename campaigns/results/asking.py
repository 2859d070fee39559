"""What results are asked for: of which campaign, channel, segment or plan, which days, which attribution model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, IntegerField, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from campaigns.attribution.methods import Basis
from campaigns.attribution.models import AttributionModel, AttributionRun
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from campaigns.segments.models import Segment, SegmentMember
from config.common.bounds import FIRST_YEAR, LAST_YEAR, is_id
from contacts.models import User
from deals.pipeline.deal import Outcome

SCOPES: dict[str, Any] = {"campaign": Campaign, "channel": Channel, "segment": Segment, "plan": MarketingPlan}
DAYS = ("from", "to", "since", "until")
NAMES = (*SCOPES, *DAYS, "model")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. The period chooses touches and costs; what came of them counts from ``since``, ``until`` a day.

    Without a user it is the house that asks, which sees all: the goals of a plan are the same for every reader.
    """

    user: User | None
    campaign: int | None = None
    channel: int | None = None
    segment: int | None = None
    plan: int | None = None
    first: date | None = None
    last: date | None = None
    since: date | None = None
    until: date | None = None
    # The attribution model; none stands for the one that is shown first.
    model: int | None = None

    def seen(self, rows: Any) -> Any:
        """Return those of a QuerySet's rows that the reader may see."""
        return rows.all() if self.user is None else rows.visible_to(self.user)

    def of(self, by: str, key: int | None) -> "Question":
        """Return the same question about one group."""
        return replace(self, **{by: key})  # type: ignore[arg-type]

    def as_texts(self) -> dict[str, str]:
        """Return the question as an address carries it: the inverse of ``read_question``."""
        found = {name: getattr(self, name) for name in (*SCOPES, "model")}
        found |= {"from": self.first, "to": self.last, "since": self.since, "until": self.until}
        return {name: str(value) for name, value in found.items() if value is not None}

    def as_query(self, **more: str) -> str:
        """Return the question as the query of a link."""
        return urlencode({**self.as_texts(), **more})

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """Return the moments from which and before which touches count."""
        after = self.last + timedelta(days=1) if self.last else None
        return _midnight(self.first), _midnight(after)

    def outcome_moments(self) -> tuple[datetime | None, datetime | None]:
        """Return the moments from which and before which outcomes count."""
        return _midnight(self.since), _midnight(self.until + timedelta(days=1) if self.until else None)


def read_question(user: User, given: Mapping[str, str]) -> Question:
    """Return the question that texts ask; raises ValidationError with every name at fault."""
    faults: dict[str, list[str]] = {}
    found: dict[str, Any] = {}
    for name, text in given.items():
        if name not in NAMES:
            faults[name] = [_("There is no such filter. There are: %(names)s.") % {"names": ", ".join(NAMES)}]
        elif text.strip():
            try:
                found[name] = _read_day(text.strip()) if name in DAYS else _read_id(text.strip())
            except ValidationError as error:
                faults[name] = error.messages
    first, last = found.pop("from", None), found.pop("to", None)
    for begins, ends, name in ((first, last, "to"), (found.get("since"), found.get("until"), "until")):
        if begins and ends and ends < begins:
            faults[name] = [_("The period ends before it begins.")]
    for name, model in {**SCOPES, "model": AttributionModel}.items():
        if name in found and not model.objects.visible_to(user).filter(pk=found[name]).exists():
            faults[name] = [_("There is no such record. Choose another one.")]
    if faults:
        raise ValidationError(faults)
    return Question(user, first=first, last=last, **found)


def touched(question: Question, prefix: str = "", *, members_only: bool = True) -> Q:
    """Return the condition that a touch at ``prefix`` is one that is asked for; of a segment its members' only."""
    begin, end = question.moments()
    condition = Q()
    for name in ("campaign", "channel"):
        if getattr(question, name) is not None:
            condition &= Q(**{f"{prefix}{name}": getattr(question, name)})
    if question.plan is not None:
        condition &= Q(**{f"{prefix}campaign__plan": question.plan})
    if question.segment is not None:
        members = SegmentMember.objects.filter(segment=question.segment, left_at__isnull=True).values("contact")
        condition &= Q(**{f"{prefix}campaign__in": _addressing(question.segment)})
        condition &= Q(**{f"{prefix}contact__in": members}) if members_only else Q()
    if begin is not None:
        condition &= Q(**{f"{prefix}at__gte": begin})
    return condition & Q(**{f"{prefix}at__lt": end}) if end is not None else condition


def spent(question: Question) -> Q:
    """Return the condition that a cost is one that is asked for. Costs of a segment are those of its campaigns."""
    condition = Q()
    for name in ("campaign", "channel"):
        if getattr(question, name) is not None:
            condition &= Q(**{name: getattr(question, name)})
    if question.plan is not None:
        condition &= Q(plan=question.plan) | Q(plan__isnull=True, campaign__plan=question.plan)
    if question.segment is not None:
        condition &= Q(campaign__in=_addressing(question.segment))
    if question.first is not None:
        condition &= Q(day__gte=question.first)
    return condition & Q(day__lte=question.last) if question.last is not None else condition


def touch_key(by: str, prefix: str = "") -> Any:
    """Return the column by which touches at ``prefix`` are grouped."""
    columns = {"campaign": "campaign", "channel": "channel", "plan": "campaign__plan", "segment": "campaign__segments"}
    return F(prefix + columns[by]) if by else Value(0, output_field=IntegerField())


def cost_key(by: str) -> Any:
    """Return the column by which costs are grouped."""
    if by == "plan":
        return Coalesce("plan", "campaign__plan")
    columns = {"campaign": "campaign", "channel": "channel", "segment": "campaign__segments"}
    return F(columns[by]) if by else Value(0, output_field=IntegerField())


def won(question: Question, prefix: str = "") -> Q:
    """Return the condition that a deal at ``prefix`` was won in time."""
    condition = Q(**{f"{prefix}outcome": Outcome.WON})
    if question.since is not None:
        condition &= Q(**{f"{prefix}closed_on__gte": question.since})
    return condition if question.until is None else condition & Q(**{f"{prefix}closed_on__lte": question.until})


def in_group(by: str, prefix: str = "") -> Q:
    """Return the condition that a touch counts in its group: for segments, that the person is in it."""
    if by != "segment":
        return Q()
    members = SegmentMember.objects.filter(
        segment=OuterRef(f"{prefix}campaign__segments"), contact=OuterRef(f"{prefix}contact"), left_at__isnull=True
    )
    return Q(Exists(members))


def runs_of(question: Question) -> dict[str, AttributionRun]:
    """Return the newest run of the chosen model under ``chosen``, and by basis those that share in the same way."""
    runs = AttributionRun.objects.in_use()
    wanted = [run for run in runs if question.model in (None, run.model_id)]
    if not wanted:
        return {}
    chosen = wanted[0]
    alike = [run for run in (chosen, *runs) if _way(run) == _way(chosen)]
    return {"chosen": chosen} | {
        basis: next(run for run in alike if run.model.basis == basis)
        for basis in Basis.values
        if any(run.model.basis == basis for run in alike)
    }


def _way(run: AttributionRun) -> tuple[Any, ...]:
    model = run.model
    return (
        model.method,
        model.window_days,
        model.half_life_days,
        model.chain_order,
        model.responses_only,
        model.include_colleagues,
    )


def _addressing(segment: int) -> Any:
    return Campaign.segments.through.objects.filter(segment=segment).values("campaign")


def _midnight(day: date | None) -> datetime | None:
    return (
        None if day is None else timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
    )


def _read_id(text: str) -> int:
    if not is_id(text):
        raise ValidationError(_("Give a whole number (an id)."))
    return int(text)


def _read_day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or len(text) != len("2026-01-31"):
        raise ValidationError(_("Write the day like 2026-01-31."))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Give a day between the years 1900 and 2200."))
    return day
