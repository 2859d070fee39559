"""How campaigns are written and read, what they can be filtered by, and what their verbs are given."""

from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns.api.campaign_parts import CampaignChangeSerializer
from campaigns.budgets.opening import open_campaign
from campaigns.budgets.watching import follow_plan_change
from campaigns.execution.campaign import CampaignState
from campaigns.execution.editing import edit_campaign
from campaigns.models import Campaign, Channel, MarketingPlan, Segment
from config.common.api.fields import DayField, VisibleField, VisibleRows
from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter
from config.common.api.serializers import RowSerializer, VerbInput
from contacts.models import User

_STATE = _("What becomes of a campaign is said by verbs: POST /campaigns/{id}/start/, /pause/, /finish/ or /cancel/.")


class CampaignRowSerializer(RowSerializer):
    """A campaign in a list."""

    class Meta:
        model = Campaign
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "name",
            "code",
            "plan",
            "owner",
            "state",
            "starts_on",
            "ends_on",
            "cloned_from",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class CampaignSerializer(RowSerializer):
    """A dated effort for segments over channels. ``budget``, at creation, is shared over channels and months."""

    state: ClassVar = {"state": _STATE, "code": _("The code is made of the name once, since links say it.")}

    plan = VisibleField(queryset=MarketingPlan.objects.all(), required=False, allow_null=True)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    segments = VisibleRows(queryset=Segment.objects.all(), required=False)
    channels = VisibleRows(queryset=Channel.objects.all(), required=False)
    budget = serializers.DecimalField(
        max_digits=18, decimal_places=3, min_value=Decimal(0), required=False, write_only=True,
        help_text="In the company's currency; the table is at /campaigns/{id}/budget/.",
    )  # fmt: skip
    changes = CampaignChangeSerializer(many=True, read_only=True)

    class Meta:
        model = Campaign
        fields = (*CampaignRowSerializer.Meta.fields, "message", "segments", "channels", "lesson", "budget", "changes")
        read_only_fields = ("state", "code", "cloned_from")

    def at_creation(self, name: str) -> Any:
        """Return the state that a new campaign has anyway."""
        return {"state": CampaignState.PLANNED}.get(name)

    def read_segments(self, campaign: Campaign) -> list[int]:
        """Return the ids."""
        return [each.pk for each in campaign.segments.all()]

    def read_channels(self, campaign: Campaign) -> list[int]:
        """Return the ids."""
        return [each.pk for each in campaign.channels.all()]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A budget that is there is changed in its table."""
        if self.instance is not None and "budget" in attrs:
            raise serializers.ValidationError(
                {"budget": [_("The campaign exists: change its lines at /budget-lines/.")]}
            )
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Campaign:
        """Add it with its budget, owned by the caller if nobody is named."""
        caller = self.context["request"].user
        lesson = validated_data.pop("lesson", "")
        campaign = open_campaign(**{"owner": caller, **validated_data}, by=caller)
        return edit_campaign(campaign, by=caller, lesson=lesson) if lesson else campaign

    def update(self, instance: Campaign, validated_data: dict[str, Any]) -> Campaign:
        """Change it; a campaign that changes its plan takes its money along."""
        caller, before = self.context["request"].user, instance.plan
        campaign = edit_campaign(instance, by=caller, **validated_data)
        follow_plan_change(campaign, before, by=caller)
        return campaign


class CampaignFilters(Filters):
    """What campaigns can be filtered by."""

    state = WordsFilter(words=CampaignState.values)
    plan = IdsFilter()
    owner = IdsFilter()
    segment = IdsFilter(field_name="segments", distinct=True)
    channel = IdsFilter(field_name="channels", distinct=True)
    code = WordsFilter()
    ends_from = DayFilter(field_name="ends_on", lookup_expr="gte")
    starts_to = DayFilter(field_name="starts_on", lookup_expr="lte")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class CampaignWhyInput(VerbInput):
    """Why, if there is something to say."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class CancelInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=500)


class FinishInput(VerbInput):
    """What was learned; not needed where the campaign says so already."""

    lesson = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class CloneInput(VerbInput):
    """From which day on (today, if not said), under which name, whose."""

    starts_on = DayField(required=False)
    name = serializers.CharField(required=False, max_length=160)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
