"""What a reader may know of segments: numbers of everybody for those who see everybody, else of whom they may see."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.utils import timezone

from campaigns.segments.models import SegmentMember
from campaigns.segments.previewing import sees_everybody
from config.common.sql import CountOf
from contacts.models import User

WEEK = timedelta(days=7)


def with_numbers(segments: QuerySet[Any], reader: User, now: datetime | None = None) -> QuerySet[Any]:
    """Annotate ``seen_size``, ``week_in`` and ``week_out``: members now, and who came and went within a week."""
    since = (now or timezone.now()) - WEEK
    seen = SegmentMember.objects.visible_to(reader).filter(segment=OuterRef("pk")).order_by()
    numbered: QuerySet[Any] = segments.annotate(
        seen_size=F("size") if sees_everybody(reader) else CountOf(seen.filter(left_at__isnull=True)),
        week_in=CountOf(seen.filter(entered_at__gte=since, left_at__isnull=True)),
        week_out=CountOf(seen.filter(left_at__gte=since, entered_at__lt=since)),
    )
    return numbered
