"""The figures of headings and badges."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from contacts.models import User
from deals.models import Currency, Deal, ExchangeRate, Stage
from deals.pipeline.filtering import read_filters
from deals.reports.figures import open_pipeline, open_pipeline_by_stage
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db


def test_open_pipeline_leaves_out_what_was_won_or_lost(rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal("100.10"))
    DealFactory(owner=rani, amount=Decimal(1000), won=True)
    DealFactory(owner=rani, amount=Decimal(1000), lost=True)
    figures = open_pipeline(rani)
    assert (figures.count, figures.amount) == (1, Decimal("100.10"))


def test_open_pipeline_counts_only_what_one_may_see(rani: User, bima: User, maya: User) -> None:
    DealFactory(owner=rani, amount=Decimal(5))
    DealFactory(owner=bima, amount=Decimal(7))
    assert [open_pipeline(user).amount for user in (rani, bima, maya)] == [5, 7, 5]


def test_weighted_amount_follows_the_probability(rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(1000))
    DealFactory(owner=rani, amount=Decimal(1000), own_probability=Decimal("25.5"))
    assert open_pipeline(rani).weighted == Decimal(100 + 255)


def test_currencies_are_added_by_todays_rate_and_named_where_there_is_none(rani: User) -> None:
    ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2020, 1, 1), rate=Decimal("0.0001"))
    ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2021, 1, 1), rate=Decimal("0.0000625"))
    DealFactory(owner=rani, amount=Decimal(1_000_000), currency=Currency.objects.get(code="IDR"))
    DealFactory(owner=rani, amount=Decimal(1_000_000), currency=Currency.objects.get(code="VND"))
    figures = open_pipeline(rani)
    assert (figures.count, figures.amount, figures.without_rate) == (2, Decimal("62.50"), 1)


def test_a_deal_stalls_once_it_is_longer_in_its_stage_than_usual(rani: User) -> None:
    deal = DealFactory(owner=rani)
    usual = deal.stage.expected_days
    for days, stalled in ((usual, 0), (usual + 1, 1)):
        Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=days, hours=1))
        assert open_pipeline(rani).stalled == stalled


def test_a_stage_without_usual_days_has_no_stalled_deals(rani: User) -> None:
    deal = DealFactory(owner=rani)
    Stage.objects.update(expected_days=None)
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=900))
    assert open_pipeline(rani).stalled == 0


def test_the_columns_of_the_board_add_up_to_its_heading(rani: User) -> None:
    first = DealFactory(owner=rani, amount=Decimal("3.05"))
    second = Stage.objects.get(pipeline=first.pipeline, position=1)
    DealFactory(owner=rani, amount=Decimal("4.01"), own_probability=Decimal("50"), stage=second)
    DealFactory(owner=rani, amount=Decimal("5.01"), own_probability=Decimal("50"), stage=second)
    columns = open_pipeline_by_stage(Deal.objects.visible_to(rani))
    assert {pk: (column.count, column.amount) for pk, column in columns.items()} == {
        first.stage_id: (1, Decimal("3.05")),
        second.pk: (2, Decimal("9.02")),
    }
    assert (
        sum(column.weighted for column in columns.values())
        == open_pipeline(rani).weighted
        == Decimal("0.31") + Decimal("2.01") + Decimal("2.51")
    )


def test_filters_narrow_the_heading_as_they_narrow_the_list(ana: User, rani: User, bima: User) -> None:
    DealFactory(owner=rani, amount=Decimal(3))
    DealFactory(owner=bima, amount=Decimal(4))
    assert open_pipeline(ana, read_filters({"owner": str(bima.pk)})).amount == 4


def test_without_a_deal_the_heading_says_zero(rani: User) -> None:
    assert open_pipeline(rani).sentence() == "0 open, $0.00, $0.00 weighted, 0 stalled"
