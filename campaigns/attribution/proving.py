"""Proofs of attribution: the shares of every current run are the money they were made of, to the last unit."""

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.attribution.models import AttributionRun, RunDeal, Share
from config.common.integrity import Finding, register_check
from config.common.money import ZERO, AmountField
from config.common.sql import exact


def register() -> None:
    """Register the checks; called by ``ready``."""
    register_check(
        "campaigns.shares",
        gettext_lazy("Shares of attribution sum to the money of their deal"),
        shares_are_the_money_they_were_made_of,
        count=RunDeal.objects.current().count,
    )
    register_check(
        "campaigns.attribution_runs",
        gettext_lazy("Runs of attribution tell the sums of their deals"),
        runs_are_the_sums_of_their_deals,
        count=AttributionRun.objects.current().count,
    )


def shares_are_the_money_they_were_made_of() -> Iterator[Finding]:
    """Find deals of current runs whose shares come to something else, or that have shares and should not."""
    shares = Share.objects.filter(run=OuterRef("run"), deal=OuterRef("deal")).order_by().values("deal")
    rows = RunDeal.objects.current().order_by("pk")
    rows = rows.annotate(
        come_to=exact(
            Coalesce(Subquery(shares.annotate(s=Sum("amount")).values("s")), ZERO, output_field=AmountField())
        ),
        number=Coalesce(Subquery(shares.annotate(n=Count("pk")).values("n")), 0),
    )
    wrong = Q(is_touched=True) & ~Q(come_to=F("amount")) | Q(is_touched=False, number__gt=0)
    for pk, amount, come_to in rows.filter(wrong).values_list("pk", "amount", "come_to").iterator():
        sentence = _("Its money is %(amount)s, and its shares come to %(shares)s.")
        yield Finding(RunDeal, pk, sentence % {"amount": "–" if amount is None else amount, "shares": come_to})


def runs_are_the_sums_of_their_deals() -> Iterator[Finding]:
    """Find current runs whose sum isn't what their deals with a touch come to."""
    runs = AttributionRun.objects.current().order_by("pk")
    touched = Sum("won_deals__amount", filter=Q(won_deals__is_touched=True), default=ZERO)
    for pk, told, come_to in runs.annotate(come_to=exact(touched)).values_list("pk", "shared_amount", "come_to"):
        if told != come_to:
            sentence = _("It tells %(told)s, and its deals come to %(deals)s.")
            yield Finding(AttributionRun, pk, sentence % {"told": told, "deals": come_to})
