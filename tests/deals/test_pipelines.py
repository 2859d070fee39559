"""Pipelines and stages are data: two are shipped, more can be made, and what a history names is never deleted."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from deals.models import LossReason, Pipeline, Stage, StageChange
from deals.pipeline.arranging import (
    PipelineRefused,
    delete_stage,
    make_default,
    make_pipeline,
    reorder_stages,
    restore_stage,
    retire_pipeline,
    retire_stage,
)
from deals.pipeline.moving import DealRefused, move, open_deal
from deals.pipeline.shipping import ship_pipelines
from deals.pipeline.templates import EIGHT_STEPS, SIX_STAGES
from tests.factories.contacts import UserFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales() -> Pipeline:
    return Pipeline.objects.get(is_default=True)


@pytest.fixture
def stages(sales: Pipeline) -> list[Stage]:
    return list(sales.stages.order_by("position"))


def test_the_six_stages_are_shipped_as_the_default(sales: Pipeline, stages: list[Stage]) -> None:
    assert [stage.name for stage in stages] == [
        "Identify, connect and meet",
        "Approach",
        "Present the product",
        "Quote and persuade",
        "Agree and close the order",
        "After-sale care",
    ]
    assert [stage.is_for_won for stage in stages] == [False] * 5 + [True]


def test_the_eight_steps_are_shipped_beside_them() -> None:
    eight = Pipeline.objects.get(is_default=False)

    assert [stage.name for stage in eight.stages.order_by("position")] == [
        "Prospecting", "Connecting", "Qualifying", "Approaching",
        "Product demonstration", "Objection handling", "Closing", "Following up",
    ]  # fmt: skip


def test_shipping_again_makes_nothing_new_and_puts_nothing_back(stages: list[Stage]) -> None:
    delete_stage(stages[1])
    LossReason.objects.filter(code="price").update(name="Our price")

    ship_pipelines()

    assert Pipeline.objects.count() == 2
    assert not Stage.objects.filter(pk=stages[1].pk).exists()
    assert LossReason.objects.get(code="price").name == "Our price"


@pytest.mark.parametrize(("template", "count"), [(SIX_STAGES, 6), (EIGHT_STEPS, 8), (None, 0)])
def test_a_pipeline_is_made_from_a_template_or_empty(template: str | None, count: int) -> None:
    assert make_pipeline("Renewals", template=template).stages.count() == count


def test_two_pipelines_have_two_names() -> None:
    make_pipeline("Renewals")

    with pytest.raises(ValidationError):
        make_pipeline("renewals")


def test_reordering_keeps_histories(sales: Pipeline, stages: list[Stage]) -> None:
    deal = move(DealFactory(), stages[1], by=UserFactory())
    before = list(StageChange.objects.values_list("from_stage", "to_stage"))

    reorder_stages(sales, [stage.pk for stage in reversed(stages)])

    deal.refresh_from_db()
    assert deal.stage == stages[1]
    assert list(StageChange.objects.values_list("from_stage", "to_stage")) == before
    assert list(sales.stages.order_by("position")) == stages[::-1]


@pytest.mark.parametrize("wrong", ["one missing", "one twice", "one of another pipeline"])
def test_an_order_names_each_stage_once(sales: Pipeline, stages: list[Stage], wrong: str) -> None:
    ids = [stage.pk for stage in stages]
    foreign = Stage.objects.exclude(pipeline=sales).earliest("pk").pk
    orders = {
        "one missing": ids[1:],
        "one twice": [*ids, ids[0]],
        "one of another pipeline": [*ids[1:], foreign],
    }

    with pytest.raises(PipelineRefused, match="exactly once"):
        reorder_stages(sales, orders[wrong])


def test_a_stage_that_deals_were_in_can_not_be_deleted(stages: list[Stage]) -> None:
    deal = DealFactory()
    move(deal, stages[1], by=deal.owner)

    with pytest.raises(PipelineRefused, match="Retire it instead"):
        delete_stage(stages[0])
    with pytest.raises(ProtectedError), transaction.atomic():
        stages[0].delete()


def test_a_stage_that_nobody_used_can_be_deleted(stages: list[Stage]) -> None:
    delete_stage(stages[2])

    assert not Stage.objects.filter(pk=stages[2].pk).exists()


def test_a_stage_with_open_deals_can_not_be_retired(stages: list[Stage]) -> None:
    DealFactory()

    with pytest.raises(PipelineRefused, match="Move them to another stage first"):
        retire_stage(stages[0])


def test_no_deal_enters_a_retired_stage_and_histories_keep_it(stages: list[Stage]) -> None:
    deal = DealFactory()
    move(deal, stages[1], by=deal.owner)
    retire_stage(stages[0])

    with pytest.raises(DealRefused) as refusal:
        move(deal, stages[0], by=deal.owner)

    assert refusal.value.code == "stage_retired"
    assert StageChange.objects.filter(to_stage=stages[0]).exists()


def test_a_retired_stage_can_be_used_again(stages: list[Stage]) -> None:
    restored = restore_stage(retire_stage(stages[2]))

    assert move(DealFactory(), restored, by=UserFactory()).stage == restored


def test_new_deals_begin_in_the_first_stage_of_the_default(stages: list[Stage]) -> None:
    renewals = make_default(make_pipeline("Renewals", template=EIGHT_STEPS))

    deal = open_deal(name="Renewal", owner=UserFactory(), by=None)

    assert (deal.pipeline, deal.stage) == (renewals, renewals.stages.order_by("position").first())
    assert Pipeline.objects.filter(is_default=True).count() == 1


def test_the_default_can_not_be_retired(sales: Pipeline) -> None:
    with pytest.raises(PipelineRefused) as refusal:
        retire_pipeline(sales)

    assert refusal.value.code == "pipeline_default"


def test_a_pipeline_with_open_deals_can_not_be_retired() -> None:
    renewals = make_pipeline("Renewals", template=SIX_STAGES)
    DealFactory(pipeline=renewals)

    with pytest.raises(PipelineRefused) as refusal:
        retire_pipeline(renewals)

    assert refusal.value.code == "pipeline_has_open_deals"


def test_a_pipeline_without_stages_takes_no_deal() -> None:
    with pytest.raises(DealRefused) as refusal:
        open_deal(name="Too early", owner=UserFactory(), by=None, pipeline=make_pipeline("Empty"))

    assert refusal.value.code == "no_stage"


def test_the_database_keeps_one_default_and_one_stage_for_won_deals(sales: Pipeline) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Pipeline.objects.update(is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.filter(pipeline=sales).update(is_for_won=True)
