"""The forms of costs and commitments: five fields, the rest behind “More”."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.budgets.papers import ACCEPTED, Paper, check_paper
from campaigns.execution.campaign import CampaignState
from campaigns.models import Campaign, Channel, Commitment, MarketingPlan
from campaigns.plans.plan import PlanState
from config.common.errors import DomainError
from contacts.models import User
from deals.admin.billing.forms import MONEY, day_field
from deals.admin.reading import as_id
from deals.models import Currency

MOST_CHOICES = 200


class PotForm(forms.Form):
    """Who pays for what channel, when and how much."""

    payer = forms.ChoiceField(label=_("Paid by"))
    channel: Any = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.none())
    day = day_field(_("Date"))
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.001"), **MONEY)

    def __init__(self, data: Any = None, files: Any = None, *, reader: User, asked: Any = None) -> None:
        super().__init__(data, files)
        self.reader, asked = reader, asked or {}
        fields: Any = self.fields
        self.payers = _payers(reader, asked)
        fields["payer"].choices = [("", "–"), *((key, payer_words(row)) for key, row in self.payers.items())]
        fields["channel"].queryset = Channel.objects.filter(is_active=True)
        self.initial["day"] = timezone.localdate()
        for name in ("campaign", "plan"):
            if f"{name}-{asked.get(name)}" in self.payers:
                self.initial["payer"] = f"{name}-{asked[name]}"
                row = self.payers[self.initial["payer"]]
                first = row.channels.first() if name == "campaign" else None
                self.initial["channel"] = first.pk if first else None
        for field in self.fields.values():
            field.widget.attrs["class"] = "td-input"

    def given(self) -> dict[str, Any]:
        """Return what was filled in, as the slice takes it."""
        found = dict(self.cleaned_data)
        row = self.payers[found.pop("payer")]
        found["campaign" if isinstance(row, Campaign) else "plan"] = row
        return found


class CostForm(PotForm):
    """A new cost."""

    supplier = forms.CharField(label=_("Supplier"), max_length=160, required=False)
    paper = forms.FileField(
        label=_("Document"), required=False, help_text=_("PDF, PNG or JPEG, at most 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )  # fmt: skip

    def clean_paper(self) -> Paper | None:
        """Refuse a file that can't be kept."""
        file = self.cleaned_data.get("paper")
        if not file:
            return None
        paper = Paper(file.name, file.read())
        try:
            check_paper(paper)
        except DomainError as refusal:
            raise ValidationError(refusal.sentence) from refusal
        return paper


class MoreForm(forms.Form):
    """What a form keeps behind “More”."""

    currency: Any = forms.ModelChoiceField(
        label=_("Currency"), queryset=Currency.objects.all(), required=False, empty_label=_("the company's")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, reader: User) -> None:
        super().__init__(data)
        self.reader = reader
        for field in self.fields.values():
            field.widget.attrs["class"] = "td-input"

    def given(self) -> dict[str, Any]:
        """Return what was filled in."""
        return dict(self.cleaned_data)


class MoreCostForm(MoreForm):
    """What a cost can say besides."""

    document_number = forms.CharField(label=_("Number of the document"), max_length=80, required=False)
    commitment: Any = forms.ModelChoiceField(
        label=_("Uses up the commitment"), queryset=Commitment.objects.none(), required=False
    )

    def __init__(self, data: Any = None, *, reader: User) -> None:
        super().__init__(data, reader=reader)
        commitment: Any = self.fields["commitment"]
        commitment.queryset = Commitment.objects.visible_to(reader).filter(closed_at__isnull=True)


class CommitmentForm(PotForm):
    """A new commitment."""

    supplier = forms.CharField(label=_("Supplier"), max_length=160, required=False)


def _payers(reader: User, asked: Any) -> dict[str, Any]:
    """Return the campaigns that aren't over, those of the address, and the plans, by the value of their choice."""
    over = (CampaignState.FINISHED, CampaignState.CANCELLED)
    campaigns: Any = Campaign.objects.visible_to(reader)
    found = list(campaigns.exclude(state__in=over)[:MOST_CHOICES])
    named = as_id(asked.get("campaign", ""))
    if named and all(row.pk != named for row in found):
        found += campaigns.filter(pk=named)
    plans: Any = MarketingPlan.objects.visible_to(reader).exclude(state__in=(PlanState.CLOSED, PlanState.REPLACED))
    payers: dict[str, Any] = {f"campaign-{row.pk}": row for row in found}
    return payers | {f"plan-{row.pk}": row for row in plans[:MOST_CHOICES]}


def payer_words(row: Any) -> str:
    """Return how who pays is called among the choices."""
    return str(row) if isinstance(row, Campaign) else gettext("Plan: %(plan)s") % {"plan": row}
