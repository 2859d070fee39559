"""Costs from files: judged like any other, and found again by their external id."""

import pytest

from campaigns.models import Cost
from contacts.models import User
from tests.factories.campaigns_budgets import campaign_with_budget
from tests.factories.imports import checked, imported, problems

pytestmark = pytest.mark.django_db
HEADER = "date,amount,currency,campaign,channel,supplier,external id\n"


def costs(*rows: str, by: User) -> object:
    return imported("costs", HEADER + "\n".join(rows) + "\n", by=by)


def test_costs_are_imported_and_judged_against_the_budget(mira: User) -> None:
    campaign = campaign_with_budget(mira, 1000)
    costs("2026-11-01,600,USD,autumn,E-mail,Meta,1", "2026-11-02,600,,Autumn,email,Meta,2", by=mira)
    assert list(Cost.objects.order_by("day").values_list("campaign", "state")) == [
        (campaign.pk, "counted"),
        (campaign.pk, "waiting"),
    ]


def test_the_same_file_again_changes_nothing(mira: User) -> None:
    campaign_with_budget(mira)
    row = "2026-11-01,600,USD,Autumn,E-mail,Meta,bill-1"
    costs(row, by=mira)
    costs(row, by=mira)
    assert Cost.objects.get().history.count() == 1


def test_a_corrected_amount_corrects_the_cost(mira: User) -> None:
    campaign_with_budget(mira)
    costs("2026-11-01,600,USD,Autumn,E-mail,Meta,bill-1", by=mira)
    costs("2026-11-01,650,USD,Autumn,E-mail,Meta,bill-1", by=mira)
    assert Cost.objects.get().amount == 650


def test_what_can_not_be_read_is_named_by_its_line(mira: User) -> None:
    campaign_with_budget(mira)
    text = HEADER + "2026-11-01,0,USD,Autumn,E-mail,Meta,1\n2026-11-01,5,USD,,E-mail,Meta,2\n"
    assert [(line, code) for line, _column, _value, code in problems(checked("costs", text, by=mira))] == [
        (2, "amount_zero"),
        (3, "nobody_pays"),
    ]
