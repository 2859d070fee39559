"""What changed from one revision of a quote to another, for looking at both side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from deals.quotes.revision import QuoteLine, QuoteRevision

_TERMS = ("language", "valid_until", "introduction", "discount", "prices_include_tax", "terms")
_SUMS = ("subtotal", "discount_amount", "net", "tax", "total")
_OF_LINE = ("description", "quantity", "unit", "unit_price", "discount", "tax_category", "tax_rate", "amount")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same. ``name`` is the column, or ``line`` for a whole line that is there only once.

    ``before`` is None for what was added, ``after`` for what was removed; ``line`` is the description of the line that
    it is about, empty for the document as a whole.
    """

    name: str
    label: str
    before: Any
    after: Any
    line: str = ""


def compare(older: QuoteRevision, newer: QuoteRevision) -> list[Difference]:
    """Return what changed: first the lines in the newer one's order, then those removed, the terms, and the sums."""
    found = list(_lines(list(older.lines.all()), list(newer.lines.all())))
    return [*found, *_columns(older, newer, _TERMS), *_columns(older, newer, _SUMS)]


def _lines(older: list[QuoteLine], newer: list[QuoteLine]) -> Iterator[Difference]:
    pairs, left = _matched(older, newer)
    for line in newer:
        before = pairs.get(line.pk)
        if before is None:
            yield Difference("line", str(QuoteLine._meta.verbose_name), None, line, line=line.description)
        else:
            yield from _columns(before, line, _OF_LINE, line=line.description)
    for line in left:
        yield Difference("line", str(QuoteLine._meta.verbose_name), line, None, line=line.description)


def _matched(older: list[QuoteLine], newer: list[QuoteLine]) -> tuple[dict[int, QuoteLine], list[QuoteLine]]:
    """Return the older line of each newer one's id, and the older lines that have none.

    Lines are the same if they say the same of the same product; else if they are of the same product, or stand in the
    same place and are of none.
    """
    pairs: dict[int, QuoteLine] = {}
    left = list(older)
    for alike in (_by_words, _by_product_or_place):
        for line in newer:
            if line.pk in pairs:
                continue
            before = next((each for each in left if alike(each) == alike(line)), None)
            if before is not None:
                pairs[line.pk] = before
                left.remove(before)
    return pairs, left


def _by_words(line: QuoteLine) -> tuple[Any, Any]:
    return line.product_id, line.description


def _by_product_or_place(line: QuoteLine) -> tuple[Any, Any]:
    return line.product_id, None if line.product_id else line.position


def _columns(before: Model, after: Model, names: tuple[str, ...], *, line: str = "") -> Iterator[Difference]:
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            label = str(getattr(before._meta.get_field(name), "verbose_name", name))
            yield Difference(name, label, _plain(old), _plain(new), line=line)


def _plain(value: Any) -> Any:
    return value.normalize() if isinstance(value, Decimal) and not value else value
