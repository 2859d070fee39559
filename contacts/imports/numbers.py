"""How the numbers of a column are written: decimal comma or point, stated or proved by the column, never guessed."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused, Question

POINT, COMMA = ".", ","
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’")
# Currency signs and codes around an amount: Rp 1.500.000, 1.500.000 ₫, US$5, 5 USD, 12 %.
_AROUND = re.compile(
    r"^(?:[A-Z]{2,3}\s*|Rp\.?\s*)?[$€£¥₫฿₩]?\s*(?P<number>[-+(]?\s*[\d.,].*?)\s*(?:[$€£¥₫฿₩%]|đ|[A-Z]{3})?$"
)
_SHAPE = re.compile(r"^\d*(?:[.,]\d+)*[.,]?$")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Which of point and comma is the decimal sign of a column; the other one groups thousands."""

    decimal: str = POINT

    def read(self, cell: Any) -> Decimal | None:
        """Return the number, or None if the cell is none in this format."""
        if isinstance(cell, bool):
            return None
        if isinstance(cell, (int, float)):
            return _decimal(repr(cell))
        bare = _bare(str(cell))
        if bare is None:
            return None
        sign, digits = bare
        grouping = COMMA if self.decimal == POINT else POINT
        whole, _sign, fraction = digits.partition(self.decimal)
        if grouping in fraction or not _is_grouped(whole, grouping):
            return None
        return _decimal(f"{sign}{whole.replace(grouping, '') or '0'}.{fraction or '0'}")


@dataclass(slots=True)
class NumberEvidence:
    """What the cells of a column say about its decimal sign. Feed all of them, then ask ``settle``."""

    column: str
    field_name: str
    # Whole numbers have no decimals, so whatever sign is in them groups thousands.
    whole: bool = False
    proofs: set[str] = field(default_factory=set)
    open_to_both: str = ""

    def see(self, cell: Any) -> None:
        """Take one cell into account."""
        if not isinstance(cell, str) or (POINT not in cell and COMMA not in cell):
            return
        bare = _bare(cell)
        if bare is None:
            return
        proof = _proof(bare[1], whole=self.whole)
        if proof:
            self.proofs.add(proof)
        elif not self.open_to_both:
            self.open_to_both = cell.strip()

    def settle(self) -> NumberFormat | Question:
        """Return the proved format, or the question to ask."""
        if len(self.proofs) == 2:
            sentence = _("Column “%(column)s” mixes decimal commas and decimal points. Correct the file.")
            raise ImportRefused(sentence % {"column": self.column}, code="numbers_mixed", facts={"column": self.column})
        if self.proofs:
            return NumberFormat(next(iter(self.proofs)))
        if not self.open_to_both:
            return NumberFormat()
        readings = [
            (sign, format(NumberFormat(sign).read(self.open_to_both) or Decimal(0), "f")) for sign in (POINT, COMMA)
        ]
        sentence = _(
            "Column “%(column)s” can be read in two ways: %(example)s is %(point)s or %(comma)s. "
            "State its decimal sign: a point or a comma."
        )
        labels = {"column": self.column, "example": self.open_to_both, "point": readings[0][1], "comma": readings[1][1]}
        return Question(self.column, self.field_name, "decimal_sign", sentence % labels, tuple(readings))


def check_decimal_sign(stated: str) -> str:
    """Return the sign; refuse anything but a point and a comma."""
    if stated not in (POINT, COMMA):
        raise ImportRefused(_("The decimal sign is a point or a comma."), code="decimal_sign_invalid")
    return stated


def _proof(digits: str, *, whole: bool) -> str:
    """Return the decimal sign that this number proves, or an empty string."""
    points, commas = digits.count(POINT), digits.count(COMMA)
    if points and commas:
        return POINT if digits.rfind(POINT) > digits.rfind(COMMA) else COMMA
    sign, other, count = (POINT, COMMA, points) if points else (COMMA, POINT, commas)
    if count > 1 or whole:
        return other
    before, _sign, after = digits.partition(sign)
    groups_thousands = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return "" if groups_thousands else sign


def _bare(text: str) -> tuple[str, str] | None:
    """Return sign and digits (with points and commas) of a number as people write it; None if it is none."""
    if len(text) > _LONGEST:
        return None
    match = _AROUND.match(text.strip())
    if match is None:
        return None
    number = match["number"].translate(_SPACES)
    sign = ""
    if number.startswith("(") and number.endswith(")"):
        sign, number = "-", number[1:-1]
    elif number[:1] in "+-":
        sign, number = number[0].replace("+", ""), number[1:]
    return (
        (sign, number)
        if any(letter.isdecimal() for letter in number) and number.isascii() and _SHAPE.match(number)
        else None
    )


def _is_grouped(whole: str, grouping: str) -> bool:
    if grouping not in whole:
        return True
    first, *rest = whole.split(grouping)
    # Indian numbers group by two before the last three: 12,34,567.
    return 1 <= len(first) <= 3 and len(rest[-1]) == 3 and all(len(group) in (2, 3) for group in rest)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
