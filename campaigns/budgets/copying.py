"""Budgets that are planned again: of a campaign that is cloned, and of a plan's next version."""

from django.utils import timezone

from campaigns.budgets.lines import month_after, month_of, set_lines
from campaigns.budgets.models import BudgetLine, Commitment, Cost
from campaigns.budgets.pots import Pot, own_of
from campaigns.budgets.watching import watch
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from contacts.models import User


def copy_to_clone(campaign: Campaign, clone: Campaign, by: User) -> None:
    """Copy a campaign's lines, moved by as many months as its first day."""
    shift = _months_between(campaign, clone)
    lines = BudgetLine.objects.filter(campaign=campaign.pk).select_related("channel")
    amounts = {(line.channel, month_after(line.month, shift)): line.amount for line in lines}
    if amounts:
        set_lines(Pot(campaign=clone), dict(amounts), by=by)


def copy_to_revision(older: MarketingPlan, newer: MarketingPlan) -> None:
    """Copy a plan's own lines into its next version; its campaigns bring their lines with them."""
    BudgetLine.objects.bulk_create(
        BudgetLine(plan=newer, channel_id=line.channel_id, month=line.month, amount=line.amount)
        for line in BudgetLine.objects.filter(own_of(older))
    )


def follow_revision(before: MarketingPlan, after: MarketingPlan) -> None:
    """Take a plan's campaigns, its own costs and commitments to the version that takes over from it."""
    Campaign.objects.filter(plan=before.pk).update(plan=after, updated_at=timezone.now())
    for model in (Commitment, Cost):
        model.objects.filter(own_of(before)).update(plan=after, updated_at=timezone.now())
    _follow_lines(before, after)
    watch(Pot(plan=after), by=None)


def _follow_lines(before: MarketingPlan, after: MarketingPlan) -> None:
    """Write again what was changed in the replaced version's own lines after they had been copied; the newest wins."""
    lines = {(line.channel_id, line.month): line for line in BudgetLine.objects.filter(own_of(after))}
    kept = set()
    for line in BudgetLine.objects.filter(own_of(before)):
        kept.add((line.channel_id, line.month))
        mine = lines.get((line.channel_id, line.month))
        if line.updated_at <= after.created_at or (mine is not None and mine.updated_at >= line.updated_at):
            continue
        mine = mine or BudgetLine(plan=after, channel_id=line.channel_id, month=line.month)
        mine.amount = line.amount
        mine.save()
    gone = BudgetLine.history.filter(plan=before.pk, history_type="-", history_date__gt=after.created_at)
    for channel, month, when in gone.values_list("channel", "month", "history_date"):
        mine = lines.get((channel, month))
        if mine is not None and mine.pk and (channel, month) not in kept and mine.updated_at < when:
            mine.delete()


def _months_between(campaign: Campaign, clone: Campaign) -> int:
    first, then = month_of(campaign.starts_on), month_of(clone.starts_on)
    return (then.year - first.year) * 12 + then.month - first.month
