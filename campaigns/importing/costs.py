"""Costs from files: the lists of suppliers and of the bank. The external id makes an import repeatable."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.budgets.models import CostState
from campaigns.budgets.spending import OPEN_STATES, add_cost, change_cost
from campaigns.models import Campaign, Channel, Cost, MarketingPlan
from config.common.money import ZERO
from contacts.imports.context import Context
from contacts.imports.fields import Field, FieldType
from contacts.imports.references import NameIndex, in_every_language
from contacts.imports.rows import Outcome, Row
from contacts.imports.writing import ColumnsKind
from deals.importing.products import check_amount
from deals.importing.references import CurrencyReference, set_up_of

_DATE, _NUMBER, _REFERENCE = FieldType.DATE, FieldType.NUMBER, FieldType.REFERENCE


class CampaignReference(NameIndex):
    """A campaign, by code or name."""

    title = gettext_lazy("campaign")
    model = Campaign
    columns = ("code", "name")


class PlanReference(NameIndex):
    """A marketing plan, by name."""

    title = gettext_lazy("marketing plan")
    model = MarketingPlan


class ChannelReference(NameIndex):
    """A channel, by code or by its name in any language."""

    title = gettext_lazy("channel")
    model = Channel
    columns = ("code", "name")

    def spellings(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """Shipped channels are found in every language."""
        code, name = names
        return [(code,), in_every_language(name)]


class CostsKind(ColumnsKind):
    """Found again by the external id; a row without one is always a new cost."""

    code = "costs"
    title = gettext_lazy("Marketing costs")
    model = Cost
    permissions = ("campaigns.add_cost", "campaigns.change_cost")
    fields = (
        Field("day", gettext_lazy("Date"), _DATE, required=True, aliases=("day", "date", "tanggal", "ngày")),
        Field(
            "amount", gettext_lazy("Amount"), _NUMBER, required=True,
            aliases=("cost", "sum", "jumlah", "biaya", "số tiền"),
        ),
        Field(
            "currency", gettext_lazy("Currency"), _REFERENCE, reference=CurrencyReference, longest=60,
            aliases=("mata uang", "tiền tệ"),
        ),
        Field(
            "campaign", gettext_lazy("Campaign"), _REFERENCE, reference=CampaignReference, longest=160,
            aliases=("kampanye", "chiến dịch", "utm_campaign"),
        ),
        Field(
            "plan", gettext_lazy("Marketing plan"), _REFERENCE, reference=PlanReference, longest=160,
            aliases=("plan", "rencana", "kế hoạch"),
        ),
        Field(
            "channel", gettext_lazy("Channel"), _REFERENCE, required=True, reference=ChannelReference, longest=80,
            aliases=("saluran", "kênh", "medium"),
        ),
        Field("supplier", gettext_lazy("Supplier"), longest=160, aliases=("vendor", "pemasok", "nhà cung cấp")),
        Field("note", gettext_lazy("Note"), longest=300, aliases=("description", "keterangan", "ghi chú")),
        Field(
            "document_number", gettext_lazy("Number of the document"), longest=80,
            aliases=("invoice", "invoice number", "nomor faktur", "số hóa đơn"),
        ),
        Field("external_id", gettext_lazy("External id"), longest=120, aliases=("id", "reference", "mã ngoài")),
    )  # fmt: skip
    columns = {
        **{name: name for name in ("day", "amount", "supplier", "note", "document_number", "external_id")},
        **{name: f"{name}_id" for name in ("currency", "campaign", "plan", "channel")},
    }

    def keys(self, row: Row) -> list[str]:
        """Two rows with one external id are the same cost."""
        external = row.values.get("external_id")
        return [f"id:{external}"] if external else [f"line:{row.line}"]

    def check(self, row: Row, context: Context) -> None:
        """Somebody pays, something, in decimals that the currency has. Where a campaign pays, its plan follows."""
        currencies = set_up_of(context)["currencies"]
        company = next((each for each in currencies.values() if each.is_company_currency), None)
        check_amount(row, "amount", currencies.get(row.values.get("currency")) or company)
        if row.values.get("amount") == ZERO and not row.failed:
            row.refuse("amount", "amount_zero", _("The amount must be above zero."))
        if row.values.get("campaign") is not None:
            row.values["plan"] = None
        elif row.values.get("plan") is None and not row.failed:
            row.refuse("campaign", "nobody_pays", _("Name the campaign or the plan that pays."))

    def match(self, rows: Sequence[Row], context: Context) -> dict[int, Any]:
        """Find costs by external id; what was refused or taken back stays so."""
        wanted = {row.values["external_id"]: row for row in rows if row.values.get("external_id")}
        found = Cost.objects.filter(external_id__in=wanted).select_related("campaign", "plan", "currency", "channel")
        matches = {}
        for cost in found:
            row = wanted[cost.external_id]
            if cost.state not in OPEN_STATES and self._differs(row, cost):
                sentence = _("This cost is: %(state)s. It can't be changed any more.")
                row.refuse("external_id", f"cost_{cost.state}", sentence % {"state": CostState(cost.state).label})
            if row.values.get("plan") not in (None, cost.plan_id):
                row.refuse("plan", "cost_elsewhere", _("This cost is of another plan. Take it back there first."))
            if row.values.get("campaign") not in (None, cost.campaign_id):
                row.refuse(
                    "campaign", "cost_elsewhere", _("This cost is of another campaign. Take it back there first.")
                )
            matches[row.line] = cost
        return matches

    def fill(self, record: Any, row: Row, context: Context) -> None:
        """A cost is in the company's currency unless the file says otherwise, and of the campaign if it names one."""
        if record.currency_id is None:
            currencies = set_up_of(context)["currencies"].values()
            record.currency_id = next((each.pk for each in currencies if each.is_company_currency), None)
        if record.campaign_id is not None:
            record.plan_id = None

    def apply(self, rows: Sequence[Row], context: Context) -> None:
        """Write each through the function that judges it against its budget."""
        for row in rows:
            if row.outcome is Outcome.NEW:
                row.record = add_cost(by=context.user, **self._new(row.record))
            elif row.outcome is Outcome.CHANGED:
                change_cost(Cost.objects.get(pk=row.record.pk), by=context.user, **self._changes(row))

    def _new(self, record: Cost) -> dict[str, Any]:
        names = ("day", "amount", "supplier", "note", "document_number", "external_id", "campaign", "plan", "channel")
        return {"currency": record.currency, **{name: getattr(record, name) for name in names}}

    def _changes(self, row: Row) -> Any:
        names = [name for name, attribute in self.columns.items() if attribute in (row.plan or ())]
        return {name: getattr(row.record, name) for name in names if name not in ("campaign", "plan")}

    def _differs(self, row: Row, cost: Cost) -> bool:
        amount: Decimal | None = row.values.get("amount")
        return amount != cost.amount or row.values.get("day") != cost.day
