"""Somebody follows a tracked link: where to, and whether it counts."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from campaigns.capture.bots import is_bot
from campaigns.capture.linking import target_of
from campaigns.capture.links import TrackedLink
from campaigns.capture.recording import record_touch
from campaigns.capture.touch import Touch, TouchKind, TouchSource, Visitor
from campaigns.policy.models import MarketingPolicy

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a link leads, and the visitor who came if it was counted or could have been."""

    target: str
    visitor: Visitor | None = None
    touch: Touch | None = None


def find_link(code: str) -> TrackedLink | None:
    """Return the link with a code, with what its target is made of."""
    related = ("campaign", "channel", "content", "source", "medium")
    return TrackedLink.objects.select_related(*related).filter(code=code).first()


def follow(link: TrackedLink, *, key: str, user_agent: str, is_meant: bool, now: datetime) -> Followed:
    """Count the visit, unless the link is retired, a program came, nobody meant to come yet, or it is a double click.

    ``is_meant`` is false for HEAD and for a browser that looks ahead. ``key`` is what the visitor's cookie says.
    Whatever happens to the counting, the visitor gets where they wanted.
    """
    target = target_of(link)
    if not link.is_active or not is_meant or is_bot(user_agent):
        return Followed(target)
    try:
        with transaction.atomic():
            visitor = visitor_of(key, now)
            touch = None if _is_double_click(link, visitor, now) else _count(link, visitor, now)
            return Followed(target, visitor, touch)
    except DatabaseError as error:
        log.warning("visit_not_counted", link=link.pk, error=type(error).__name__)
        return Followed(target)


def known_visitor(key: str) -> Visitor | None:
    """Return the visitor with a key that we gave, if there is one."""
    return Visitor.objects.filter(key=key).first() if 0 < len(key) <= 32 else None


def visitor_of(key: str, now: datetime) -> Visitor:
    """Return the visitor with a key, locked until the transaction ends; a key that we didn't give makes a new one."""
    rows = Visitor.objects.select_for_update(of=("self",)).filter(key=key) if 0 < len(key) <= 32 else None
    visitor = rows.first() if rows is not None else None
    return visitor or Visitor.objects.create(key=secrets.token_urlsafe(16), first_seen_at=now)


def _is_double_click(link: TrackedLink, visitor: Visitor, now: datetime) -> bool:
    pause = timedelta(seconds=MarketingPolicy.objects.current().double_click_seconds)
    return Touch.objects.filter(visitor=visitor, link=link, at__gt=now - pause).exists()


def _count(link: TrackedLink, visitor: Visitor, now: datetime) -> Touch:
    return record_touch(
        campaign=link.campaign,
        channel=link.channel,
        kind=TouchKind.PRINT if link.is_print_code else TouchKind.CLICK,
        at=now,
        source=TouchSource.LINK,
        visitor=visitor,
        link=link,
        detail=link.name,
    )
