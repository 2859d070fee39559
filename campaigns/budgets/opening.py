"""A campaign with its budget, in one act."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from campaigns.budgets.lines import spread
from campaigns.channels.models import Channel, ChannelKind
from campaigns.execution.adding import add_campaign
from campaigns.execution.models import Campaign
from contacts.models import User


@transaction.atomic
def open_campaign(
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    owner: User,
    by: User | None,
    channels: Iterable[Channel] = (),
    budget: Decimal | None = None,
    **more: Any,
) -> Campaign:
    """Add a campaign (see ``add_campaign`` for ``more``) and share its budget over its channels and months.

    A budget without a channel stands under the internet until somebody says where it goes.
    """
    chosen = list(channels)
    campaign = add_campaign(
        name=name, starts_on=starts_on, ends_on=ends_on, owner=owner, by=by, channels=chosen, **more
    )
    if budget is not None:
        spread(campaign, budget, channels=chosen or usual_channels(), by=by)
    return campaign


def usual_channels() -> list[Channel]:
    """Return the channel for what names none: the first in use for the internet, else the first there is."""
    rows = Channel.objects.filter(is_active=True)
    first = rows.filter(kind=ChannelKind.INTERNET).first() or rows.first()
    return [first] if first is not None else []
