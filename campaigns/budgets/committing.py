"""Commitments: money that was ordered and not yet billed. Costs use them up; closing lets go of what is left."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.budgets.models import Commitment
from campaigns.budgets.pots import lock_paying, lock_pot, pot_of
from campaigns.budgets.refusing import BudgetRefused
from campaigns.budgets.watching import watch
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from contacts.models import User
from deals.catalogue.amounts import check_exact
from deals.models import Currency


@transaction.atomic
def commit_money(
    *,
    channel: Channel,
    day: date,
    amount: Decimal,
    by: User | None,
    campaign: Campaign | None = None,
    plan: MarketingPlan | None = None,
    currency: Currency | None = None,
    supplier: str = "",
    note: str = "",
) -> Commitment:
    """Write down an order for a campaign or for a plan itself. Refuses ``nobody_pays``; raises ValidationError."""
    currency = currency or Currency.objects.of_company()
    check_exact(amount, currency)
    pot = lock_paying(pot_of(campaign, plan))
    commitment = Commitment(
        **pot.columns,
        channel=channel,
        day=day,
        amount=amount,
        currency=currency,
        supplier=supplier.replace("\x00", "").strip(),
        note=note.replace("\x00", "").strip(),
        created_by=by,
    )
    commitment.full_clean()
    commitment._history_user = by
    commitment.save()
    watch(pot, by=by)
    return commitment


@transaction.atomic
def close_commitment(commitment: Commitment, *, by: User | None) -> Commitment:
    """Let go of what is left of an order: nothing more will be billed. Refuses ``commitment_closed``."""
    pot = lock_pot(pot_of(commitment.campaign, commitment.plan))
    locked: Commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    if locked.closed_at is not None:
        sentence = _("The commitment “%(commitment)s” is closed already.")
        raise BudgetRefused(sentence % {"commitment": locked}, code="commitment_closed")
    locked.closed_at = timezone.now()
    locked._history_user = by
    locked.save(update_fields=["closed_at", "updated_at"])
    watch(pot, by=by)
    return locked
