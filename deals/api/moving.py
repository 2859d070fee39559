"""The bodies of the verbs that change how a deal stands."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from config.common.api.fields import DayField, VisibleField
from config.common.api.serializers import VerbInput
from deals.models import LossReason, Stage

LONGEST_REASON = 500


class MoveInput(VerbInput):
    """Where to. ``seen_stage`` is the stage the caller saw: if the deal has left it meanwhile, the move is refused."""

    stage = VisibleField(queryset=Stage.objects.all())
    seen_stage = serializers.IntegerField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)


class WinInput(VerbInput):
    """On which day (today by default), and why."""

    on = DayField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)


class LoseInput(VerbInput):
    """For which reason of the catalogue (by code), with what was learned, on which day."""

    reason = serializers.CharField(max_length=40, help_text="The code of a reason at /loss-reasons/.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=400)
    on = DayField(required=False, allow_null=True)

    def validate_reason(self, code: str) -> LossReason:
        """Find the reason."""
        reason: LossReason | None = LossReason.objects.filter(code=code).first()
        if reason is None:
            codes = ", ".join(LossReason.objects.usable().values_list("code", flat=True))
            raise serializers.ValidationError(_("There is no such reason. There are: %(codes)s.") % {"codes": codes})
        return reason


class ReopenInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_REASON)
