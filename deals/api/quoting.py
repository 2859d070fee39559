"""What stands inside a quote in the API: its revisions, answers and history, and the bodies of its verbs."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from config.common.api.fields import DayField, UtcDateTimeField
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.money import as_text
from deals.api.priced import AMOUNTS, QuoteLineSerializer, QuoteTaxSerializer, computed
from deals.models import Currency, QuoteAnswer, QuoteChange, QuoteReading, QuoteRevision
from deals.quotes.comparing import Difference

_MONEY = frozenset({*AMOUNTS, "unit_price", "amount"})
_DECIMALS = {"discount": 2, "tax_rate": 2, "quantity": 3}
LONGEST_REASON, LONGEST_MESSAGE = 1000, 4000


class AnswerSerializer(RowSerializer):
    """What the customer said to exactly this revision, and the hash of the pages they read."""

    class Meta:
        model = QuoteAnswer
        fields = ("accepted", "name", "reason", "at", "address", "sha256", "recorded_by")
        read_only_fields = fields


class ReadingSerializer(RowSerializer):
    """That the customer opened the page: for the first time, last, and how often."""

    class Meta:
        model = QuoteReading
        fields = ("first_at", "last_at", "times")
        read_only_fields = fields


class RevisionSerializer(RowSerializer):
    """One version of a quote. Without ``sent_at`` it is the draft; once sent it never changes."""

    subtotal = computed()
    discount_amount = computed()
    net = computed()
    tax = computed()
    total = computed()
    lines = QuoteLineSerializer(many=True, read_only=True)
    taxes = QuoteTaxSerializer(many=True, read_only=True)
    answer = AnswerSerializer(read_only=True, allow_null=True)
    reading = ReadingSerializer(read_only=True, allow_null=True)

    class Meta:
        model = QuoteRevision
        fields: ClassVar[tuple[str, ...]] = (
            "revision",
            "sent_at",
            "sent_by",
            "sent_to",
            "issued_on",
            "valid_until",
            "currency",
            "language",
            "prices_include_tax",
            "introduction",
            "discount",
            "discount_from_list",
            "approval",
            "approved_by",
            "approval_note",
            "lines",
            "taxes",
            *AMOUNTS,
            "terms",
            "answer",
            "reading",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def read_answer(self, revision: QuoteRevision) -> Any:
        """Return the customer's answer, or null."""
        found = getattr(revision, "answer", None)
        return None if found is None else self.fields["answer"].to_representation(found)

    def read_reading(self, revision: QuoteRevision) -> Any:
        """Return when the customer opened it, or null."""
        found = getattr(revision, "reading", None)
        return None if found is None else self.fields["reading"].to_representation(found)


class QuoteChangeSerializer(RowSerializer):
    """What was done to a quote: when, by whom and why."""

    class Meta:
        model = QuoteChange
        fields = ("revision", "kind", "to_state", "at", "by", "reason")
        read_only_fields = fields


class NoteInput(VerbInput):
    """A word to go with it."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class RefusalInput(VerbInput):
    """Why."""

    note = serializers.CharField(max_length=500)


class SendAgainInput(VerbInput):
    """To which address (the contact's, if none is given), with which words above the letter."""

    to = serializers.EmailField(required=False)
    message = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_MESSAGE)


class SendInput(SendAgainInput):
    """Without ``by_email`` it counts as sent, and ``link`` is there to hand over."""

    by_email = serializers.BooleanField(required=False)


class ExtendInput(SendInput):
    """Until which day."""

    until = DayField()


class WithdrawInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class AcceptInput(VerbInput):
    """Who said yes, when (now, if not said), to which revision (the last one sent, if not said)."""

    name = serializers.CharField(max_length=200)
    at = UtcDateTimeField(required=False, allow_null=True)
    revision = serializers.IntegerField(required=False, min_value=1, max_value=32767)


class DeclineInput(AcceptInput):
    """And why not."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class DifferenceSerializer(serializers.Serializer[Any]):
    """One thing that is not the same: ``before`` is null for what was added, ``after`` for what was removed."""

    name = serializers.CharField(help_text="The field, or `line` for a whole line that is there only once.")
    label = serializers.CharField()  # type: ignore[assignment]
    line = serializers.CharField(help_text="The line's description; empty for the document as a whole.")
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


def as_texts(differences: Iterable[Difference], currency: Currency) -> list[dict[str, Any]]:
    """Return differences as plain texts: amounts with the currency's decimals, days and numbers as the API has them."""

    def text(name: str, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, Decimal):
            return as_text(value, currency.minor_units if name in _MONEY else _DECIMALS[name])
        return str(value).lower() if isinstance(value, bool) else str(value)

    return [
        {
            "name": each.name,
            "label": each.label,
            "line": each.line,
            "before": text(each.name, each.before),
            "after": text(each.name, each.after),
        }
        for each in differences
    ]


def revision_number(text: str | None, name: str) -> int | None:
    """Return a revision's number as an address gives it; None if none is given."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len("32767")):
        raise serializers.ValidationError({name: [_("Give the number of a revision, such as 2.")]})
    return int(text)
