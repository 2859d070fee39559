"""While a plan runs, whoever enters its segment becomes a marketing qualified lead, and the ledger says why."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.plans.models import MarketingPlan
from campaigns.plans.plan import PlanState
from campaigns.qualification.explaining import conditions_met
from campaigns.segments.models import Segment, SegmentMember
from config.integrations.announcing import announce
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance_by_rule
from contacts.models import Contact
from contacts.people.stages import LifecycleStage

# Whom the step could still move forward; the others need no look.
_BEFORE = (LifecycleStage.SUBSCRIBER, LifecycleStage.LEAD)
BATCH = 500


def qualify_entered(segment_id: int, contact_ids: Iterable[int], *, now: datetime) -> int:
    """Make those who entered a segment MQLs of the plan that runs by it; return how many became one."""
    plans = MarketingPlan.objects.running().filter(mql_segment=segment_id).select_related("mql_segment__owner")
    plan = plans.order_by("pk").first()
    return _qualify(plan, contact_ids, now) if plan is not None else 0


def qualify_plan(plan_id: int, *, now: datetime) -> int:
    """Make everybody who is in the segment of a plan that began to run an MQL; return how many became one."""
    plan = MarketingPlan.objects.select_related("mql_segment__owner").filter(pk=plan_id).first()
    if plan is None or plan.state != PlanState.RUNNING or plan.mql_segment is None:
        return 0
    members = SegmentMember.objects.current().filter(
        segment=plan.mql_segment, contact__lifecycle_stage__in=_BEFORE, contact__archived_at__isnull=True
    )
    return _qualify(plan, list(members.values_list("contact_id", flat=True)), now)


def _qualify(plan: MarketingPlan, contact_ids: Iterable[int], now: datetime) -> int:
    """Take one contact at a time, each in a transaction of its own inside the caller's."""
    segment, made = plan.mql_segment, 0
    if segment is None:
        return 0
    ids = sorted(contact_ids)
    for start in range(0, len(ids), BATCH):
        rows = Contact.objects.live().filter(pk__in=ids[start : start + BATCH], lifecycle_stage__in=_BEFORE)
        for contact in rows.order_by("pk"):
            made += _make_mql(plan, segment, contact, now)
    return made


@transaction.atomic
def _make_mql(plan: MarketingPlan, segment: Segment, contact: Contact, now: datetime) -> bool:
    labels = {"segment": segment.name, "plan": plan.name, "why": conditions_met(segment, contact, now=now)}
    words = _("In the segment “%(segment)s” of the plan “%(plan)s”: %(why)s") % labels
    cause = Cause(CauseKind.RULE, words, plan)
    if advance_by_rule(contact, to=LifecycleStage.MQL, cause=cause, at=now) is None:
        return False
    announce(signals.mql_made, subject=contact, plan=plan.pk, segment=segment.pk)
    return True
