"""The complete list of what campaigns reacts to: migrations ship what is needed first; segments and plans qualify."""

from functools import partial
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils import timezone

from campaigns import signals
from campaigns.attribution.methods import Basis
from campaigns.attribution.sharing import mark_due
from campaigns.attribution.shipping import ship_models
from campaigns.capture.lateness import register_listener
from campaigns.capture.vocabulary import ship_terms
from campaigns.channels.shipping import ship_channels
from campaigns.plans.plan import PlanState
from campaigns.qualification.qualifying import qualify_entered, qualify_plan
from config.integrations.delivering import subscribe
from config.integrations.models import Event
from deals import signals as deal_signals
from deals.models import Allocation, DealContact, ExchangeRate
from deals.pipeline.deal import Outcome


def connect() -> None:
    """Connect the receivers; called once by ``ready``."""
    post_migrate.connect(ship_set_up, dispatch_uid="campaigns.ship_set_up")
    for signal in (deal_signals.deal_won, deal_signals.deal_reopened):
        subscribe(signal, "campaigns.attribution", follow_deals)
    for signal in (deal_signals.invoice_issued, deal_signals.credit_note_issued):
        subscribe(signal, "campaigns.attribution", follow_invoices)
    for signal in (deal_signals.payment_received, deal_signals.invoice_paid):
        subscribe(signal, "campaigns.attribution", follow_payments)
    post_save.connect(follow_allocation, sender=Allocation, dispatch_uid="campaigns.follow_allocation")
    for happened in (post_save, post_delete):
        happened.connect(follow_people, sender=DealContact, dispatch_uid="campaigns.follow_people")
        happened.connect(follow_rate, sender=ExchangeRate, dispatch_uid="campaigns.follow_rate")
    register_listener(mark_due)
    subscribe(signals.segment_entered, "campaigns.qualify_entered", qualify_who_entered)
    subscribe(signals.plan_moved, "campaigns.qualify_plan", qualify_by_plan)


def ship_set_up(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Ship what an empty database needs before the first campaign."""
    if app_config.label == "campaigns" and using == DEFAULT_DB_ALIAS:
        ship_channels()
        ship_models()
        ship_terms()


def qualify_who_entered(event: Event) -> None:
    """Make those who entered the segment of a running plan marketing qualified leads."""
    qualify_entered(event.subject_id, event.payload["contacts"], now=timezone.now())


def qualify_by_plan(event: Event) -> None:
    """Make those who are in the segment of a plan that just began marketing qualified leads."""
    if event.payload["to_state"] == PlanState.RUNNING:
        qualify_plan(event.subject_id, now=timezone.now())


def follow_deals(event: Event) -> None:
    """Share money anew where a deal was won, or is no longer."""
    mark_due()


def follow_invoices(event: Event) -> None:
    """Share anew what was invoiced: a credit note takes back in proportion, also of what was paid."""
    mark_due((Basis.INVOICED, Basis.PAID))


def follow_payments(event: Event) -> None:
    """Share anew what was paid."""
    mark_due((Basis.PAID,))


def follow_allocation(raw: bool = False, **kwargs: Any) -> None:
    """Share anew what was paid: money was put on an invoice, or taken back from one, as by a voided payment."""
    if not raw:
        transaction.on_commit(partial(mark_due, (Basis.PAID,)), robust=True)


def follow_people(instance: DealContact, raw: bool = False, **kwargs: Any) -> None:
    """Share anew where somebody was added to a won deal, or taken out of it: other touches count."""
    if not raw and instance.deal.outcome == Outcome.WON:
        transaction.on_commit(mark_due, robust=True)


def follow_rate(raw: bool = False, **kwargs: Any) -> None:
    """Share anew where a rate was added or taken away: money may be worth something else, or nothing known."""
    if not raw:
        transaction.on_commit(mark_due, robust=True)
