"""The draft of a quote as a form: whom it is for, until when, in which language, the discount and the words."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.money import ZERO
from contacts.models import Contact
from deals.documents.priced import LANGUAGES
from deals.models import QuoteRevision


class DraftForm(forms.Form):
    """What a rep decides besides the lines."""

    contact = forms.ModelChoiceField(label=_("For"), queryset=Contact.objects.none(), required=False)
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}))
    discount = forms.DecimalField(
        label=_("Discount on everything, %"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES or [])
    prices_include_tax = forms.BooleanField(label=_("Prices include tax"), required=False)
    introduction = forms.CharField(
        label=_("Introduction"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    terms = forms.CharField(label=_("Terms"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, revision: QuoteRevision, user: Any, posted: Any = None) -> None:
        names = ("valid_until", "discount", "language", "prices_include_tax", "introduction", "terms")
        initial: dict[str, Any] = {name: getattr(revision, name) for name in names}
        initial |= {"discount": f"{revision.discount.normalize():f}", "contact": revision.quote.contact_id}
        initial["valid_until"] = revision.valid_until.isoformat() if revision.valid_until else ""
        super().__init__(posted, initial=initial)
        people = Q(deal_parts__deal=revision.quote.deal_id) | Q(pk=revision.quote.contact_id)
        self.fields["contact"].queryset = Contact.objects.visible_to(user).filter(people).distinct()  # type: ignore[attr-defined]
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "td-input"

    def changes(self) -> dict[str, Any]:
        """Return what was given, as ``change_revision`` takes it."""
        given = dict(self.cleaned_data)
        return {**given, "discount": given["discount"] or ZERO}
