"""What a reader may know of segments: numbers of everybody for those who see everybody, else of whom they may see."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.utils import timezone

from campaigns.segments.compiling import members_of
from campaigns.segments.models import Segment, SegmentMember
from campaigns.segments.previewing import Preview, preview
from campaigns.segments.tree import Group
from config.common.sql import CountOf
from contacts.models import Contact, User
from contacts.staff.models import Scope

WEEK = timedelta(days=7)


def sees_everybody(reader: User) -> bool:
    """Say whether a reader may see all contacts, and so the numbers of all."""
    return reader.scope == Scope.ALL


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


def preview_for(reader: User, tree: Group, *, owner: User, segment: Segment | None = None) -> Preview:
    """Return a preview with the numbers that a reader may know; those who don't see everybody learn of theirs only.

    Raises TreeRefused.
    """
    whole = preview(tree, owner=owner, reader=reader, segment=segment)
    if sees_everybody(reader):
        return whole
    meant = members_of(tree, owner=owner, now=timezone.now())
    seen = Contact.objects.visible_to(reader).order_by().values("pk")
    return replace(whole, count=meant.filter(pk__in=seen).order_by().count(), lacking=(), overlaps=())
