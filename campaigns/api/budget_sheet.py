"""A budget as the API shows it: its sums, its table, its pace, and what is in no sum."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.budgets.figures import Sheet, Standing, read, without_rate
from campaigns.budgets.pace import pace
from campaigns.budgets.pots import Pot, whole_of
from campaigns.models import Campaign, Cost, MarketingPlan
from campaigns.policy.models import MarketingPolicy
from config.common.api.fields import DayField
from config.common.api.viewsets import ReadOnlyResource
from config.common.money import as_text
from deals.models import Currency


class SumsSerializer(serializers.Serializer[Any]):
    """Amounts in the company's currency, with its decimals."""

    planned = serializers.CharField()
    committed = serializers.CharField()
    actual = serializers.CharField()
    left = serializers.CharField()


class CellSerializer(SumsSerializer):
    """The sums of a channel in a month."""

    channel = serializers.IntegerField()
    month = DayField()


class PaceSerializer(serializers.Serializer[Any]):
    """How much of the period and of the budget is gone, in per cent, and what will be spent at this pace."""

    period_percent = serializers.IntegerField()
    used_percent = serializers.IntegerField(allow_null=True)
    projected = serializers.CharField(allow_null=True)


class UnratedSerializer(serializers.Serializer[Any]):
    """A cost or commitment in no sum: its currency had no rate on its day."""

    kind = serializers.ChoiceField(choices=["cost", "commitment"])
    id = serializers.IntegerField()
    day = DayField()
    amount = serializers.CharField()
    currency = serializers.CharField()


class BudgetSerializer(SumsSerializer):
    """The budget of a campaign or of a plan with its campaigns."""

    currency = serializers.CharField()
    waiting = serializers.CharField(help_text="Costs that wait for approval, in no other sum.")
    level = serializers.CharField(help_text="`none`, `fine`, `near` or `over`.")
    cells = CellSerializer(many=True)
    pace = PaceSerializer()
    without_rate = UnratedSerializer(many=True)


def budget_of_campaign(campaign: Campaign) -> dict[str, Any]:
    """Return the budget of a campaign."""
    return _budget(campaign, Pot(campaign=campaign).condition)


def budget_of_plan(plan: MarketingPlan) -> dict[str, Any]:
    """Return the budget of a plan: its own and its campaigns'."""
    return _budget(plan, whole_of(plan))


def _budget(subject: Campaign | MarketingPlan, condition: Q) -> dict[str, Any]:
    currency, sheet = Currency.objects.of_company(), read(condition)
    total = sheet.total()
    paced = pace(total, subject.starts_on, subject.ends_on, timezone.localdate(), currency.minor_units)

    def text(amount: Decimal) -> str:
        return as_text(amount, currency.minor_units)

    return {
        "currency": currency.code,
        **_sums(total, currency),
        "waiting": text(total.waiting),
        "level": str(total.level(MarketingPolicy.objects.current().warn_at)),
        "cells": _cells(sheet, currency),
        "pace": {
            "period_percent": paced.period_percent,
            "used_percent": paced.used_percent,
            "projected": None if paced.projected is None else text(paced.projected),
        },
        "without_rate": [_unrated(row) for row in without_rate(condition)] if total.unrated else [],
    }


def _sums(standing: Standing, currency: Currency) -> dict[str, str]:
    names = ("planned", "committed", "actual", "left")
    return {name: as_text(getattr(standing, name), currency.minor_units) for name in names}


def _cells(sheet: Sheet, currency: Currency) -> list[dict[str, Any]]:
    found = sorted(sheet.by_channel_and_month().items())
    return [
        {"channel": channel, "month": month.isoformat(), **_sums(cell, currency)} for (channel, month), cell in found
    ]


def _unrated(row: Any) -> dict[str, Any]:
    return {
        "kind": "cost" if isinstance(row, Cost) else "commitment",
        "id": row.pk,
        "day": row.day.isoformat(),
        "amount": as_text(row.amount, row.currency.minor_units),
        "currency": row.currency_id,
    }


class PlanBudgetView(ReadOnlyResource):
    """``plans/{id}/budget/``: the budget of a plan with its campaigns."""

    queryset = MarketingPlan.objects.all()
    serializer_class = BudgetSerializer
    verb_permissions: ClassVar = {"budget": "campaigns.view_budgetline"}
    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=BudgetSerializer)
    def budget(self, request: Request, pk: int) -> Response:
        """Planned, committed, actual and left of the plan's own money and its campaigns', each counted once."""
        return Response(budget_of_plan(self.get_object()))
