"""Runs of attribution models: a new version with its shares, in one transaction; the old one is kept."""

from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, Model, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.attribution import setwise, stepwise
from campaigns.attribution.chain import Effects
from campaigns.attribution.methods import Basis
from campaigns.attribution.models import AttributionModel, AttributionRun, RunDeal, Share
from campaigns.attribution.money import money_of_won_deals
from campaigns.attribution.refusals import RunRefused
from campaigns.attribution.windows import write_run_deals
from campaigns.signals import attribution_made
from config.common.money import ZERO
from config.common.sql import exact
from config.integrations.announcing import announce
from contacts.models import User
from deals.models import Currency

# News are gathered for so long before a model is run again, and for so many times as long as it took to run.
PAUSE, PATIENCE = timedelta(minutes=3), 20
_SETTINGS = ("name", "method", "basis", "window_days", "chain_order", "responses_only", "include_colleagues")


def run(model: AttributionModel, by: User | None = None) -> AttributionRun:
    """Run a model over all won deals and return the new version, which is current from then on.

    Refuses with ``already_running`` while somebody else runs it, and with ``chain_too_large``.
    """
    started = timezone.now()
    try:
        with transaction.atomic():
            made = _run(model, by, started)
    except IntegrityError as error:
        if "campaigns_attributionrun" not in str(error):
            raise
        sentence = _("%(model)s is being run right now. Look again in a minute.") % {"model": model}
        raise RunRefused(sentence, code="already_running") from error
    return made


def _run(model: AttributionModel, by: User | None, started: datetime) -> AttributionRun:
    clock, currency = monotonic(), Currency.objects.of_company()
    fresh = AttributionModel.objects.get(pk=model.pk)
    newest = AttributionRun.objects.filter(model=fresh).aggregate(newest=Max("number"))["newest"] or 0
    made = AttributionRun.objects.create(
        model=fresh, number=newest + 1, started_at=started, by=by, made_with=_made_with(fresh, currency)
    )
    write_run_deals(made, fresh, money_of_won_deals(fresh.basis), currency.minor_units)
    _look_at(RunDeal)
    effects = _write_shares(made, fresh, currency.minor_units)
    _look_at(Share)
    RunDeal.objects.filter(run=made, deal__in=Share.objects.filter(run=made).values("deal")).update(is_touched=True)
    _count(made, effects)
    AttributionRun.objects.filter(model=fresh, is_current=True).update(is_current=False)
    made.is_current, made.finished_at = True, timezone.now()
    made.milliseconds = round((monotonic() - clock) * 1000)
    made.save()
    if fresh.due_at is not None and fresh.due_at <= started:
        # Whatever was marked while this ran has another moment, and stays due.
        AttributionModel.objects.filter(pk=fresh.pk, due_at=fresh.due_at).update(due_at=None)
    announce(attribution_made, subject=made, by=by, model=fresh.pk, version=made.number)
    return made


def _look_at(model: type[Model]) -> None:
    """Let PostgreSQL count the rows that were just written: guessing that there are none, it joins them one by one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _write_shares(made: AttributionRun, model: AttributionModel, minor_units: int) -> Effects | None:
    if model.method in setwise.SETWISE:
        setwise.insert_shares(made, model, minor_units)
        return None
    return stepwise.write_shares(made, model, minor_units)


def _made_with(model: AttributionModel, currency: Currency) -> dict[str, Any]:
    """Return what a reader must know to reckon the run again."""
    return {
        **{name: getattr(model, name) for name in _SETTINGS},
        "half_life_days": format(model.half_life_days.normalize(), "f"),
        "currency": currency.code,
        "minor_units": currency.minor_units,
        "time_zone": settings.TIME_ZONE,
    }


def _count(made: AttributionRun, effects: Effects | None) -> None:
    found = RunDeal.objects.filter(run=made).aggregate(
        deals=Count("pk"),
        untouched=Count("pk", filter=Q(is_touched=False, amount__isnull=False)),
        without_rate=Count("pk", filter=Q(amount__isnull=True)),
        shared=exact(Sum("amount", filter=Q(is_touched=True), default=ZERO)),
        unshared=exact(Sum("amount", filter=Q(is_touched=False), default=ZERO)),
    )
    made.deals, made.untouched, made.without_rate = found["deals"], found["untouched"], found["without_rate"]
    made.shared_amount, made.unshared_amount = Decimal(found["shared"]), Decimal(found["unshared"])
    if effects is not None:
        made.made_with |= {
            "effects": {label: f"{float(effect):.6f}" for label, effect in effects.conversions.items()},
            "chance": f"{float(effects.chance):.6f}",
            "is_exact": effects.is_exact,
        }


def mark_due(bases: tuple[str, ...] = tuple(Basis.values)) -> None:
    """Have the models that share such money run again in a few minutes; harmless any number of times.

    What takes long to run is run more rarely: at most a twentieth of the time goes into it.
    """
    now = timezone.now()
    # A moment that has come may belong to a run that is under way and no longer sees this: give it a new one.
    waiting = (
        AttributionModel.objects.in_use()
        .filter(Q(due_at__isnull=True) | Q(due_at__lte=now), basis__in=bases)
        .order_by("pk")
    )
    took = AttributionRun.objects.current().filter(model=OuterRef("pk")).values("milliseconds")
    for pk, milliseconds in waiting.annotate(took=Subquery(took)).values_list("pk", "took"):
        pause = max(PAUSE, PATIENCE * timedelta(milliseconds=milliseconds or 0))
        waiting.filter(pk=pk).update(due_at=now + pause)


def due_models(now: datetime) -> list[int]:
    """Return the ids of models that wait for a run."""
    return list(AttributionModel.objects.due(now).order_by("due_at").values_list("pk", flat=True))


def run_if_due(model_id: int, now: datetime) -> AttributionRun | None:
    """Run a model if it still waits for it; nothing if somebody else is at it."""
    model = AttributionModel.objects.due(now).filter(pk=model_id).first()
    if model is None:
        return None
    try:
        return run(model)
    except RunRefused:
        return None


def choose_default(model: AttributionModel) -> None:
    """Show this model first, and no other."""
    with transaction.atomic():
        for other in AttributionModel.objects.filter(is_default=True).exclude(pk=model.pk):
            other.is_default = False
            other.save()
        model.is_default = True
        model.save()
