"""Filters that the lists of capture share."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel
from config.common.admin.filters import ChoiceFilter

MOST_CHOICES = 200


class CampaignFilter(ChoiceFilter):
    """The rows of one campaign."""

    title = _("campaign")
    parameter_name = "campaign"
    path = "campaign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the newest campaigns."""
        user: Any = request.user
        rows = Campaign.objects.visible_to(user).order_by("-starts_on", "-id")[:MOST_CHOICES]
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen campaign."""
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class ChannelFilter(ChoiceFilter):
    """The rows of one channel."""

    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the channels."""
        return [(str(pk), str(channel)) for pk, channel in Channel.objects.in_bulk().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen channel."""
        return queryset.filter(channel=self.value()) if self.value() else queryset


class YesNoFilter(ChoiceFilter):
    """Yes or no; ``field`` is the column."""

    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows that answer so."""
        return queryset.filter(**{self.field: self.value() == "yes"}) if self.value() else queryset
