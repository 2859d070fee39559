"""``my-day``: promises, deals at risk, quotes that wait; each with its reason, counted as in the back office."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.common.api.fields import UtcDateTimeField
from config.common.api.filters import check_names
from config.common.money import as_text
from contacts.models import User
from contacts.staff.models import Scope
from deals.activities.telling import when_text
from deals.agenda.my_day import Section, late_promises, my_day
from deals.models import Activity


class PromiseSerializer(serializers.Serializer[Any]):
    """A promise, and why it is here."""

    activity = serializers.IntegerField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    owner = serializers.IntegerField()
    due_at = UtcDateTimeField()
    due_on = serializers.DateField()
    is_overdue = serializers.BooleanField()
    deal = serializers.IntegerField(allow_null=True)
    contact = serializers.IntegerField(allow_null=True)
    company = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()


class RiskSerializer(serializers.Serializer[Any]):
    """A deal that has gone silent."""

    deal = serializers.IntegerField()
    name = serializers.CharField()
    company = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    amount = serializers.CharField()
    silent_days = serializers.IntegerField()
    usual_days = serializers.IntegerField()
    why = serializers.CharField()


class WaitSerializer(serializers.Serializer[Any]):
    """A quote that waits for an answer and expires soon."""

    quote = serializers.IntegerField()
    number = serializers.CharField()
    deal = serializers.IntegerField()
    valid_until = serializers.DateField()
    why = serializers.CharField()


class SectionSerializer(serializers.Serializer[Any]):
    """How many there are in all, of which the first are shown."""

    total = serializers.IntegerField()
    more = serializers.IntegerField(help_text="How many are not in the rows.")


class PromisesSerializer(SectionSerializer):
    """The first promises, and how many there are in all."""

    rows = PromiseSerializer(many=True)


class RisksSerializer(SectionSerializer):
    """The first deals at risk, and how many there are in all."""

    rows = RiskSerializer(many=True)


class WaitsSerializer(SectionSerializer):
    """The first quotes that wait, and how many there are in all."""

    rows = WaitSerializer(many=True)


class MyDaySerializer(serializers.Serializer[Any]):
    """What the caller has to do today, and what comes in the week after."""

    number = serializers.IntegerField(help_text="How many things need the caller today.")
    promises = PromisesSerializer()
    risks = RisksSerializer()
    waits = WaitsSerializer()
    later = PromisesSerializer()
    team = PromisesSerializer(allow_null=True, help_text="Late promises of the caller's people, for who has any.")


class MyDayView(APIView):
    """The caller's day."""

    required_permission = "deals.view_activity"

    @extend_schema(operation_id="my_day", responses=MyDaySerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the sections in the order of a day."""
        check_names(request, set(), [])
        user: Any = request.user
        now = timezone.now()
        day = my_day(user, now)

        def promise(activity: Activity) -> dict[str, Any]:
            return _promise(activity, user, now)

        team = None if user.scope == Scope.OWN else late_promises(user, now)
        body = {
            "number": day.number,
            "promises": _section(day.promises, promise),
            "risks": _section(day.risks, _risk),
            "waits": _section(day.waits, _wait),
            "later": _section(day.later, promise),
            "team": None if team is None else _section(team, promise),
        }
        return Response(MyDaySerializer(body).data)


def _section(section: Section, row: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    return {"total": section.total, "more": section.more, "rows": [row(each) for each in section.rows]}


def _promise(activity: Activity, user: User, now: datetime) -> dict[str, Any]:
    return {
        "activity": activity.pk,
        "kind": activity.kind,
        "subject": activity.subject,
        "owner": activity.owner_id,
        "due_at": activity.due_at,
        "due_on": activity.due_on,
        "is_overdue": activity.is_overdue,
        "deal": activity.deal_id,
        "contact": activity.contact_id,
        "company": activity.company_id,
        "why": _("due %(when)s") % {"when": when_text(activity, user, now)},
    }


def _risk(deal: Any) -> dict[str, Any]:
    silent = ngettext("silent %(days)s day", "silent %(days)s days", deal.silent_days) % {"days": deal.silent_days}
    return {
        "deal": deal.pk,
        "name": deal.name,
        "company": deal.company_id,
        "currency": deal.currency_id,
        "amount": as_text(deal.amount, deal.currency.minor_units),
        "silent_days": deal.silent_days,
        "usual_days": deal.usual_days,
        "why": _("%(silent)s, usual for this stage %(usual)s") % {"silent": silent, "usual": deal.usual_days},
    }


def _wait(quote: Any) -> dict[str, Any]:
    return {
        "quote": quote.pk,
        "number": quote.number,
        "deal": quote.deal_id,
        "valid_until": quote.valid_until,
        "why": _("expires %(day)s") % {"day": formats.date_format(quote.valid_until, "DATE_FORMAT")},
    }
