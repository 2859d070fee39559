"""The complete list of what deals reacts to: a migration that ended ships what an empty database needs; a deal that
was won, lost or opened again moves its follow-ups; so does a person's time zone, or the company's policy; what was
issued gets its pages.
"""

from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate, post_save

from config.integrations.delivering import subscribe
from config.integrations.models import Event
from contacts.models import User
from deals import signals, tasks
from deals.activities.closing import follow_deal
from deals.activities.escalating import follow_policy
from deals.activities.rezoning import rezone
from deals.activities.shipping import ship_care_plan
from deals.billing.shipping import ship_dunning_levels
from deals.catalogue.shipping import ship_currencies, ship_tax_rates
from deals.models import SalesPolicy
from deals.pipeline.shipping import ship_pipelines


def connect() -> None:
    """Connect the receivers; called once by ``ready``."""
    post_migrate.connect(ship_set_up, dispatch_uid="deals.ship_set_up")
    post_save.connect(follow_time_zone, sender=User, dispatch_uid="deals.follow_time_zone")
    post_save.connect(follow_sales_policy, sender=SalesPolicy, dispatch_uid="deals.follow_sales_policy")
    for signal in (signals.deal_won, signals.deal_lost, signals.deal_reopened):
        subscribe(signal, "deals.follow_ups", move_follow_ups)
    signals.pages_due.connect(make_pages, dispatch_uid="deals.make_pages")


def ship_set_up(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Ship what an empty database needs before the first deal."""
    if app_config.label == "deals" and using == DEFAULT_DB_ALIAS:
        ship_currencies()
        ship_tax_rates()
        ship_pipelines()
        ship_care_plan()
        ship_dunning_levels()


def move_follow_ups(event: Event) -> None:
    """Cancel what a deal's closing made moot, and begin its care plan."""
    follow_deal(event.subject_id, by=event.actor)


def make_pages(*, document: int, **kwargs: Any) -> None:
    """Ask a worker for the pages of an invoice or credit note that was just issued."""
    tasks.ask(tasks.store_pages, [document])


def follow_time_zone(
    instance: User, created: bool, raw: bool = False, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    """Reckon a person's hours and days anew when they moved."""
    if not (created or raw) and (update_fields is None or "time_zone" in update_fields):
        rezone(instance)


def follow_sales_policy(created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Tell managers of missed follow-ups after the hours that the policy says now."""
    if not (created or raw):
        follow_policy()
