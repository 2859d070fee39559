"""Quotes as the API shows them, and what is written into their draft."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import DayField, VisibleField
from config.common.api.serializers import RowSerializer
from config.common.money import as_text
from contacts.models import Contact
from deals.api.priced import MOST_LINES, QuoteLineSerializer, as_lines, check_lines, per_cent
from deals.api.quoting import QuoteChangeSerializer, RevisionSerializer
from deals.documents.priced import LANGUAGES
from deals.models import Deal, Quote, QuoteRevision, Seller
from deals.quotes.drafting import change_revision, draft_quote
from deals.quotes.linking import link_for
from deals.quotes.locking import draft_of, last_sent
from deals.quotes.standing import Standing

_STATE = _("What becomes of a quote is said by verbs: POST /quotes/{id}/send/, /accept/, /decline/ or /withdraw/.")


class QuoteRowSerializer(RowSerializer):
    """A quote in a list: what it comes to is said by the last revision sent, or by its draft before."""

    standing = serializers.ChoiceField(choices=Standing.choices, read_only=True, help_text="As of today.")
    revision = serializers.IntegerField(source="revision_number", read_only=True)
    currency = serializers.CharField(source="currency_code", read_only=True)
    total = serializers.CharField(read_only=True, help_text="With the currency's decimals.")
    valid_until = DayField(read_only=True, allow_null=True)

    class Meta:
        model = Quote
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "number",
            "deal",
            "seller",
            "contact",
            "state",
            "standing",
            "revision",
            "currency",
            "total",
            "valid_until",
            "created_by",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def read_total(self, quote: Any) -> str:
        """Return the total in the words of its currency."""
        return as_text(quote.total, quote.minor_units)


class QuoteSerializer(QuoteRowSerializer):
    """An offer on a deal, drafted with the deal's lines. What is written here goes into the draft revision."""

    state: ClassVar = {"state": _STATE, "number": _("A quote gets its number when it is sent.")}
    fixed: ClassVar = {
        "deal": _("A quote stays on its deal. Draft another one there."),
        "seller": _("A quote stays with its seller. Draft another one."),
    }

    deal = VisibleField(queryset=Deal.objects.all())
    seller = VisibleField(queryset=Seller.objects.filter(is_active=True), required=False)
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    lines = QuoteLineSerializer(many=True, required=False, write_only=True, max_length=MOST_LINES)  # type: ignore[call-arg]
    discount = per_cent(required=False, write_only=True, help_text="Per cent on everything")
    valid_until = DayField(required=False)
    terms = serializers.CharField(required=False, allow_blank=True, write_only=True, max_length=4000)
    introduction = serializers.CharField(required=False, allow_blank=True, write_only=True, max_length=4000)
    language = serializers.ChoiceField(choices=LANGUAGES or (), required=False, write_only=True)
    prices_include_tax = serializers.BooleanField(required=False, write_only=True)
    revisions = RevisionSerializer(many=True, read_only=True)
    link = serializers.SerializerMethodField(help_text="The customer's page, for those who may change the quote.")
    changes = QuoteChangeSerializer(many=True, read_only=True)

    class Meta(QuoteRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *QuoteRowSerializer.Meta.fields,
            "lines",
            "discount",
            "terms",
            "introduction",
            "language",
            "prices_include_tax",
            "link",
            "revisions",
            "changes",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = ("state", "number", "created_by")

    def at_creation(self, name: str) -> Any:
        """Return the value that a new quote has anyway."""
        return {"state": "draft", "number": ""}.get(name)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let prices be exact in the quote's currency."""
        shown = None if self.instance is None else writable(self.instance)
        check_lines(attrs.get("lines", ()), attrs["deal"].currency if shown is None else shown.currency)
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Quote:
        """Draft it with the deal's lines, then change what else is given."""
        caller = self.context["request"].user
        at_first = {name: validated_data.pop(name, None) for name in ("deal", "seller", "contact")}
        quote = draft_quote(by=caller, **at_first)
        return self.update(quote, validated_data)

    def update(self, instance: Quote, validated_data: dict[str, Any]) -> Quote:
        """Change the draft; refuse a change where there is none. What is the same already is no change."""
        revision = writable(instance)
        present = {name: getattr(revision, name, None) for name in validated_data} | {"contact": instance.contact}
        changes = {name: value for name, value in validated_data.items() if name == "lines" or value != present[name]}
        if "lines" in changes:
            changes["lines"] = as_lines(changes["lines"])
        if changes:
            change_revision(revision, by=self.context["request"].user, **changes)
        return instance

    def get_link(self, quote: Quote) -> str | None:
        """Return the address of the page on which the customer answers the last revision sent."""
        sent = next((each for each in quote.revisions.all() if each.sent_at), None)
        if sent is None or not self.context["request"].user.has_perm("deals.change_quote"):
            return None
        return link_for(sent)


def writable(quote: Quote) -> QuoteRevision:
    """Return the draft of a quote, or what stands in its place and will be refused."""
    revision = draft_of(quote) or last_sent(quote)
    if revision is None:
        raise Http404
    return revision
