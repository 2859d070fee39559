"""The table of a pipeline's stages: one form with a row for each stage in use, and one for a new stage."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy

from deals.admin.reading import number_of
from deals.models import Deal, Pipeline, Stage
from deals.pipeline import arranging

NEW = "new"


class StageForm(forms.Form):
    """A row of the table."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    probability = forms.DecimalField(
        label=gettext_lazy("Probability %"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    expected_days = forms.IntegerField(label=gettext_lazy("Usual days"), min_value=0, max_value=3650, required=False)

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {
                "class": "td-input",
                "aria-label": f"{field.label}: {label}" if label else field.label,
            }
            if name != "name":
                field.widget.attrs["class"] += " td-number dl-narrow"


class NewStageForm(StageForm):
    """The last row: empty, or a stage to be added."""

    is_for_won = forms.BooleanField(label=gettext_lazy("For won deals"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_for_won"].widget.attrs = {}
        self.fields["name"].widget.attrs["placeholder"] = gettext_lazy("New stage")


@dataclass(frozen=True, slots=True)
class Row:
    """A stage with its form."""

    stage: Any
    form: StageForm


@dataclass(frozen=True, slots=True)
class StageTable:
    """All rows, and the stages that are no longer used."""

    rows: list[Row]
    new: NewStageForm
    retired: list[Any]

    def is_valid(self) -> bool:
        """Say whether every row can be saved; all are looked at, so that all faults are shown."""
        return all([row.form.is_valid() for row in self.rows] + [self.new.is_valid()])


def stage_table(pipeline: Pipeline, user: Any, data: Any = None) -> StageTable:
    """Return the table, bound if data is given."""
    stages = list(_with_deals(Stage.objects.filter(pipeline=pipeline), user).order_by("position", "id"))
    rows = [Row(stage, _form(stage, data)) for stage in stages if stage.retired_at is None]
    new = NewStageForm(
        data, prefix=NEW, empty_permitted=True, use_required_attribute=False, initial={"probability": 50}
    )
    return StageTable(rows, new, [stage for stage in stages if stage.retired_at is not None])


@transaction.atomic
def save_table(pipeline: Pipeline, table: StageTable, *, name: str, order: list[int]) -> None:
    """Save the pipeline's name, its stages in the given order, and the new one. The table must be valid."""
    if name.strip() != pipeline.name:
        arranging.rename_pipeline(pipeline, name)
    for row in table.rows:
        arranging.change_stage(row.stage, **_wanted(row))
    if order and order != [row.stage.pk for row in table.rows]:
        arranging.reorder_stages(pipeline, order)
    if table.new.has_changed():
        arranging.add_stage(pipeline, **table.new.cleaned_data)


def _wanted(row: Row) -> dict[str, Any]:
    wanted = dict(row.form.cleaned_data)
    # A shipped name is shown in the reader's language; unchanged it stays the shipped one.
    if wanted["name"] == str(row.stage):
        del wanted["name"]
    return wanted


def _form(stage: Any, data: Any) -> StageForm:
    initial = {
        "name": str(stage),
        "probability": f"{stage.probability.normalize():f}",
        "expected_days": stage.expected_days,
    }
    return StageForm(data, prefix=f"stage-{stage.pk}", initial=initial, label=str(stage))


def _with_deals(stages: QuerySet[Any], user: Any) -> QuerySet[Any]:
    deals = Deal.objects.visible_to(user).filter(stage=OuterRef("pk"), outcome="open").order_by().values("stage")
    rows: QuerySet[Any] = stages.annotate(open_deals=number_of(deals))
    return rows
