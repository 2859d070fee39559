"""``calendar-feed``: the private address under which the caller's calendar program reads their promises."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import UtcDateTimeField
from config.common.api.idempotency import IdempotentPosts
from config.common.links import absolute
from deals.activities.calendar import make_feed, revoke_feed
from deals.models import CalendarFeed

NEVER_KEPT = "no-store"


class FeedAddressSerializer(serializers.Serializer[Any]):
    """The private address: shown this once."""

    url = serializers.CharField()


class FeedSerializer(serializers.Serializer[Any]):
    """That there is an address in use."""

    created_at = UtcDateTimeField()
    last_read_at = UtcDateTimeField(allow_null=True)


class RevokedSerializer(serializers.Serializer[Any]):
    """Whether there was an address to be revoked."""

    revoked = serializers.BooleanField()


class CalendarFeedView(IdempotentPosts):
    """The private address of the caller's calendar."""

    @property
    def required_permission(self) -> str:
        """The permission that the method needs."""
        verb = {"GET": "view", "HEAD": "view", "POST": "add"}.get(self.request.method or "", "view")
        return f"deals.{verb}_calendarfeed"

    @extend_schema(operation_id="calendar_feed", responses=FeedSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Say since when there is an address, and when it was read last; 404 if there is none."""
        row = CalendarFeed.objects.visible_to(request.user).filter(revoked_at=None).first()
        if row is None:
            raise Http404
        return Response(FeedSerializer(row).data)

    @extend_schema(operation_id="calendar_feed_make", request=None, responses={201: FeedAddressSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make the address anew, and show it this once. The one before is dead from now on."""
        user: Any = request.user
        address = absolute(reverse("calendar-feed", args=[make_feed(user)]))
        return Response({"url": address}, status=status.HTTP_201_CREATED, headers={"Cache-Control": NEVER_KEPT})


class CalendarFeedRevokeView(IdempotentPosts):
    """The end of the private address."""

    required_permission = "deals.change_calendarfeed"

    @extend_schema(operation_id="calendar_feed_revoke", request=None, responses=RevokedSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Let the address die."""
        user: Any = request.user
        return Response({"revoked": revoke_feed(user)})
