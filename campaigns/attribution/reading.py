"""What a run of a model owes to campaigns and channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Count, Sum

from campaigns.attribution.models import AttributionRun, Share
from config.common.money import ZERO
from config.common.sql import exact

By = Literal["campaign", "channel"]

_COLUMNS: dict[str, str] = {"campaign": "touch__campaign", "channel": "touch__channel"}


@dataclass(frozen=True, slots=True)
class Credit:
    """What a run owes to one campaign or channel: money in the company's currency, and from how much it comes.

    ``won`` is the sum of the weights: how many won deals it is worth.
    """

    amount: Decimal = ZERO
    won: Decimal = ZERO
    deals: int = 0
    touches: int = 0


def credit(by: By, *, run: AttributionRun | None = None, user: Any = None, shares: Any = None) -> Mapping[int, Credit]:
    """Return the credit of campaigns or channels by their id; those without any are left out. Costs one query.

    Without ``run``, the current run of the model that is shown first (one query more). With ``user``, only of deals
    that the user may see. ``shares`` narrows further (``Share.objects.filter(deal__closed_on__range=…)``).
    """
    run = run or AttributionRun.objects.of_default()
    if run is None:
        return {}
    rows = (Share.objects.all() if shares is None else shares).filter(run=run)
    if user is not None:
        rows = rows.visible_to(user)
    counted = (
        rows.order_by()
        .values_list(_COLUMNS[by])
        .annotate(
            amount=exact(Sum("amount")),
            won=Sum("weight"),
            deals=Count("deal", distinct=True),
            touches=Count("pk"),
        )
    )
    return {key: Credit(*values) for key, *values in counted}
