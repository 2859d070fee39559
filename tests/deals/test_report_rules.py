"""What the pipeline report counts, converts, leaves out and explains."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contacts.models import Team, User
from deals.models import Currency, Deal, ExchangeRate, Stage
from deals.pipeline.editing import LineInput, set_lines
from deals.pipeline.filtering import as_query, matching, read_filters
from deals.reports.grouping import GROUPINGS
from deals.reports.report import PipelineReport, pipeline_report, read_question
from tests.factories.contacts import CompanyFactory, UserFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db


def dated(deal: Deal, opened: date | None, closed: date | None = None) -> Deal:
    Deal.objects.filter(pk=deal.pk).update(opened_on=opened, closed_on=closed)
    return deal


def groups(report: PipelineReport, name: str = "deals") -> dict[Any, Any]:
    return {group.label: getattr(group.numbers, name) for group in report.groups}


def codes(report: PipelineReport) -> dict[str, int]:
    return {part.code: part.count for part in report.left_out}


@pytest.mark.parametrize("group_by", ["", *GROUPINGS])
@pytest.mark.parametrize("filters", [{}, {"team": "1", "product": "1", "closed_from": "2020-01-01", "stalled": "1"}])
def test_a_report_is_one_query(
    maya: User, rani: User, django_assert_num_queries: Any, group_by: str, filters: dict[str, str]
) -> None:
    set_lines(DealFactory(owner=rani, won=True), [LineInput(ProductFactory())])
    pipeline_report(maya)  # reads Maya's role and teams once
    with django_assert_num_queries(1):
        pipeline_report(maya, filters=read_filters(filters), group_by=group_by)


def test_visibility_holds_for_total_and_groups(rani: User, bima: User, maya: User, ana: User) -> None:
    DealFactory(owner=rani)
    DealFactory(owner=bima)
    seen = [groups(pipeline_report(user, group_by="owner")) for user in (rani, bima, maya, ana)]
    assert seen == [{"Rani": 1}, {"Bima": 1}, {"Rani": 1}, {"Rani": 1, "Bima": 1}]


def test_somebody_elses_owner_filter_answers_as_if_they_did_not_exist(rani: User, bima: User) -> None:
    DealFactory(owner=rani)
    DealFactory(owner=bima)
    theirs = pipeline_report(rani, filters=read_filters({"owner": str(bima.pk)}))
    nobody = pipeline_report(rani, filters=read_filters({"owner": "999999"}))
    assert (theirs.total, theirs.why_empty) == (nobody.total, nobody.why_empty)


def test_a_team_takes_those_below_with_it(ana: User, rani: User, java: Team) -> None:
    island = Team.objects.create(name="Indonesia")
    Team.objects.filter(pk=java.pk).update(parent=island)
    DealFactory(owner=rani)
    DealFactory(owner=UserFactory(team=island))
    totals = [
        pipeline_report(ana, filters=read_filters({name: str(island.pk)})).total.deals for name in ("team", "own_team")
    ]
    assert totals == [2, 1]


def test_the_manager_is_the_nearest_one_above(ana: User, rani: User, java: Team, maya: User) -> None:
    below = Team.objects.create(name="Bandung", parent=java)
    DealFactory(owner=UserFactory(team=below))
    DealFactory(owner=rani)
    DealFactory(owner=UserFactory(team=None))
    assert groups(pipeline_report(ana, group_by="manager")) == {"Maya": 2, "No manager": 1}


def test_the_region_is_the_root_of_the_tree(ana: User, rani: User, java: Team) -> None:
    Team.objects.filter(pk=java.pk).update(parent=Team.objects.create(name="Asia"))
    DealFactory(owner=rani)
    assert groups(pipeline_report(ana, group_by="region")) == {"Asia": 1}


def test_open_deals_have_no_closing_quarter(ana: User, rani: User) -> None:
    dated(DealFactory(owner=rani, won=True), date(2025, 11, 1), date(2026, 2, 3))
    DealFactory(owner=rani)
    assert groups(pipeline_report(ana, group_by="quarter")) == {"Q1 2026": 1, "No closing date": 1}


def test_months_of_the_opening_date_are_asked_for(ana: User, rani: User) -> None:
    dated(DealFactory(owner=rani), date(2025, 12, 31))
    dated(DealFactory(owner=rani), None)
    report = pipeline_report(ana, group_by="month", dated_by="opened")
    assert [group.key for group in report.groups] == ["2025-12", None]


def test_stages_of_two_pipelines_are_told_apart(ana: User, rani: User) -> None:
    for position in (1, 0):
        for stage in Stage.objects.filter(position=position):
            DealFactory(owner=rani, stage=stage)
    names = [group.label for group in pipeline_report(ana, group_by="stage").groups]
    assert names == [
        "Eight steps: Prospecting",
        "Eight steps: Connecting",
        "Sales: Identify, connect and meet",
        "Sales: Approach",
    ]


def test_nothing_to_divide_by_is_null_and_zero_is_zero(ana: User, rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(5))
    total = pipeline_report(ana).as_json()["total"]
    assert (total["win_rate"], total["average_won"], total["mean_days_to_close"], total["revenue"]) == (
        None,
        None,
        None,
        "0.00",
    )


def test_days_and_rates_are_exact(ana: User, rani: User) -> None:
    for days in (1, 2, 2, 9):
        dated(DealFactory(owner=rani, won=True), date(2026, 1, 1), date(2026, 1, 1 + days))
    dated(DealFactory(owner=rani, lost=True), date(2026, 1, 1), date(2026, 1, 1))
    dated(DealFactory(owner=rani, lost=True), date(2026, 1, 1), date(2026, 1, 2))
    total = pipeline_report(ana).as_json()["total"]
    names = ("win_rate", "mean_days_to_win", "median_days_to_win", "mean_days_to_close")
    assert [total[name] for name in names] == ["0.666667", "3.5000", "2.0000", "2.5000"]


def test_cents_add_up_exactly(ana: User, rani: User) -> None:
    for _number in range(30):
        DealFactory(owner=rani, amount=Decimal("0.10"), won=True)
    assert pipeline_report(ana).as_json()["total"]["revenue"] == "3.00"


def test_a_closed_deal_is_converted_by_the_rate_of_its_closing_day(ana: User, rani: User) -> None:
    for day, rate in ((date(2024, 1, 1), "0.00007"), (date(2025, 1, 1), "0.00006")):
        ExchangeRate.objects.create(currency_id="IDR", valid_from=day, rate=Decimal(rate))
    rupiah = Currency.objects.get(code="IDR")
    dated(DealFactory(owner=rani, won=True, amount=Decimal(1_000_000), currency=rupiah), None, date(2024, 12, 31))
    DealFactory(owner=rani, amount=Decimal(1_000_000), currency=rupiah)
    total = pipeline_report(ana).total
    assert (total.revenue, total.open_amount) == (70, 60)


def test_a_converted_half_cent_is_rounded_up_on_both_databases(ana: User, rani: User) -> None:
    ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2024, 1, 1), rate=Decimal("0.001005"))
    DealFactory(owner=rani, won=True, amount=Decimal(1000), currency=Currency.objects.get(code="IDR"))
    assert pipeline_report(ana).total.revenue == Decimal("1.01")


def test_deals_without_a_rate_are_counted_but_in_no_amount(ana: User, rani: User) -> None:
    DealFactory(owner=rani, won=True, amount=Decimal(100))
    for outcome in ({"won": True}, {"lost": True}, {}):
        DealFactory(owner=rani, amount=Decimal(1_000_000), currency=Currency.objects.get(code="VND"), **outcome)
    report = pipeline_report(ana)
    assert (report.total.deals, report.total.won, report.total.revenue, report.total.average_won) == (4, 2, 100, 100)
    assert report.as_json()["left_out"][0] == {
        "reason": "2 deals in VND have no exchange rate: counted, but not in the amounts",
        "count": 2,
        "code": "no_exchange_rate",
        "query": "currency=VND&outcome=won,open",
    }


def test_closed_deals_without_an_opening_date_are_not_in_the_days(ana: User, rani: User) -> None:
    dated(DealFactory(owner=rani, won=True), None, date(2026, 1, 1))
    dated(DealFactory(owner=rani, won=True), date(2026, 1, 1), date(2026, 1, 5))
    report = pipeline_report(ana)
    assert (report.total.mean_days_to_win, codes(report)) == (4, {"days_unknown": 1})


def test_a_period_leaves_out_deals_without_its_date_and_says_so(ana: User, rani: User) -> None:
    dated(DealFactory(owner=rani), None)
    dated(DealFactory(owner=rani), date(2026, 1, 1))
    dated(DealFactory(owner=rani, lost=True), date(2025, 1, 1), date(2026, 1, 1))
    by_opening = pipeline_report(ana, filters=read_filters({"opened_from": "2026-01-01", "opened_to": "2026-01-01"}))
    by_closing = pipeline_report(ana, filters=read_filters({"closed_from": "2026-01-01"}))
    assert (by_opening.total.deals, codes(by_opening)) == (1, {"no_opening_date": 1})
    assert (by_closing.total.deals, codes(by_closing)) == (1, {"no_closing_date": 2})


def test_every_part_left_out_opens_its_list(ana: User, rani: User) -> None:
    dated(DealFactory(owner=rani), None)
    dated(DealFactory(owner=rani, won=True), None, date(2026, 1, 1))
    DealFactory(owner=rani, amount=Decimal(7), currency=Currency.objects.get(code="VND"))
    for texts in ({}, {"opened_from": "2000-01-01"}, {"closed_from": "2000-01-01"}):
        for part in pipeline_report(ana, filters=read_filters(texts)).left_out:
            assert Deal.objects.filter(matching(part.filters)).count() == part.count, part


def test_a_deal_with_two_products_is_shared_to_the_last_cent(ana: User, rani: User) -> None:
    drill, saw, nail = (ProductFactory(name=name) for name in ("Drill", "Saw", "Nail"))
    deal = DealFactory(owner=rani)
    set_lines(
        deal,
        [
            LineInput(drill, unit_price=Decimal("33.33")),
            LineInput(saw, unit_price=Decimal("66.67"), discount=Decimal(10)),
            LineInput(drill, unit_price=Decimal("0.10")),
            LineInput(nail, unit_price=Decimal(0)),
        ],
    )
    report = pipeline_report(ana, group_by="product")
    assert groups(report, "open_amount") == {"Saw": Decimal("60.00"), "Drill": Decimal("33.43"), "Nail": 0}
    assert (report.total.deals, groups(report)) == (1, {"Saw": 1, "Drill": 1, "Nail": 1})


def test_shares_of_a_converted_amount_add_up_to_it(ana: User, rani: User) -> None:
    ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2024, 1, 1), rate=Decimal("0.0001"))
    deal = DealFactory(owner=rani, currency=Currency.objects.get(code="IDR"))
    set_lines(deal, [LineInput(ProductFactory(), unit_price=Decimal(33333)) for _number in range(3)])
    report = pipeline_report(ana, group_by="product")
    assert sum(groups(report, "open_amount").values()) == report.total.open_amount == 10


def test_lines_that_cost_nothing_share_an_amount_evenly(ana: User, rani: User) -> None:
    deal = DealFactory(owner=rani)
    set_lines(deal, [LineInput(ProductFactory(), unit_price=Decimal(0)) for _number in range(3)])
    Deal.objects.filter(pk=deal.pk).update(amount=100)
    report = pipeline_report(ana, group_by="product")
    assert sorted(groups(report, "open_amount").values()) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


def test_chosen_products_are_the_only_groups(ana: User, rani: User) -> None:
    drill, saw = ProductFactory(name="Drill"), ProductFactory(name="Saw")
    set_lines(DealFactory(owner=rani), [LineInput(drill), LineInput(saw)])
    DealFactory(owner=rani)
    report = pipeline_report(ana, filters=read_filters({"product": f"{drill.pk},none"}), group_by="product")
    assert (report.total.deals, groups(report)) == (2, {"Drill": 1, "No product": 1})


@pytest.mark.parametrize(
    ("group_by", "label"), [("industry", "No industry"), ("product", "No product"), ("team", "No team")]
)
def test_deals_that_have_none_are_a_group_with_a_null_key(ana: User, group_by: str, label: str) -> None:
    DealFactory(owner=UserFactory(team=None))
    group = pipeline_report(ana, group_by=group_by).groups[0]
    assert (group.key, group.label) == (None, label)
    assert Deal.objects.filter(matching(group.filters)).count() == 1


def test_an_industry_with_a_comma_opens_its_list(ana: User, rani: User) -> None:
    DealFactory(owner=rani, company=CompanyFactory(industry='Banks, "others"'))
    query = as_query(pipeline_report(ana, group_by="industry").groups[0].filters)
    industry = {"industry": '"Banks, ""others"""'}
    assert query == "industry=%22Banks,+%22%22others%22%22%22"
    assert Deal.objects.filter(matching(read_filters(industry))).count() == 1


def test_an_empty_report_says_why(ana: User, rani: User, bima: User) -> None:
    nothing = pipeline_report(ana).why_empty
    DealFactory(owner=bima)
    not_visible = pipeline_report(rani).why_empty
    no_match = pipeline_report(bima, filters=read_filters({"outcome": "lost"})).why_empty
    assert [why.code for why in (nothing, not_visible, no_match) if why] == ["no_deals", "none_visible", "none_match"]


def test_a_disabled_user_gets_an_empty_report(rani: User) -> None:
    DealFactory(owner=rani)
    User.objects.filter(pk=rani.pk).update(is_active=False)
    assert pipeline_report(User.objects.get(pk=rani.pk)).total.deals == 0


def test_without_a_company_currency_the_report_asks_for_one(ana: User, rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(5), won=True)
    Currency.objects.update(is_company_currency=False)
    report = pipeline_report(ana)
    assert (report.currency, report.total.revenue, codes(report)) == (None, 0, {"no_exchange_rate": 1})
    assert "choose one" in report.notes[0]


def test_the_largest_amounts_are_summed(ana: User, rani: User) -> None:
    for _number in range(12):
        DealFactory(owner=rani, amount=Decimal(10) ** 14, won=True)
    assert pipeline_report(ana).total.revenue == 12 * Decimal(10) ** 14


def test_the_sentence_tells_the_answer(ana: User, rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(50), won=True)
    DealFactory(owner=rani, lost=True)
    DealFactory(owner=rani, amount=Decimal(7))
    assert pipeline_report(ana).sentence() == "1 of 2 closed deals won (50 %): $50.00. Open: 1, $7.00."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("owner__password__startswith", "p"),
        ("owner", "1 OR 1=1"),
        ("owner", "²"),
        ("owner", "99999999999999999999"),
        ("owner", ","),
        ("industry", "x\x00"),
        ("industry", "x" * 200_000),
        ("outcome", "winning"),
        ("opened_from", "2026-02-30"),
        ("opened_from", "yesterday"),
        ("stalled", "maybe"),
        ("group_by", "owner__password"),
        ("date", "modified"),
    ],
)
def test_what_is_not_on_the_list_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        read_question({name: text, "owner_": "1"})
    assert set(refusal.value.message_dict) == {name, "owner_"}


def test_a_period_must_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        read_question({"closed_from": "2026-02-02", "closed_to": "2026-02-01"})


def test_filters_written_as_a_query_are_read_back_the_same() -> None:
    texts = {"owner": "3,none", "industry": "Retail", "closed_from": "2026-01-01", "stalled": "1"}
    assert as_query(read_filters(texts)) == "owner=3,none&industry=Retail&closed_from=2026-01-01&stalled=1"
