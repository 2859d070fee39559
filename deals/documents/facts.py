"""What a printed document says, as values: whoever prints one builds these and nothing else."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["invoice", "credit_note", "quote"]


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys; ``lines`` are those of the address."""

    name: str
    lines: tuple[str, ...] = ()
    tax_number: str = ""
    tax_number_label: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where to pay."""

    bank: str
    number: str
    holder: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line: ``detail`` stands small under the description, discount and tax rate are in per cent.

    A rate of None prints a dash: the line isn't taxed, and its row among the taxes says why.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    tax_rate: Decimal | None = None
    discount: Decimal = Decimal(0)
    unit: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PrintedTax:
    """One tax: ``base`` is net, ``taxable`` the share of it that is taxed (11/12); the note is the law's own words."""

    category: str
    rate: Decimal
    base: Decimal
    taxable: Decimal
    amount: Decimal
    name: str = ""
    base_numerator: int = 1
    base_denominator: int = 1
    legal_note: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """The invoice that a credit note corrects, and why."""

    number: str
    issued_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """Everything a document prints. What is empty isn't printed.

    ``language`` decides labels and how numbers and dates are written, ``country`` (the seller's) whether there is room
    for signatures, ``in_words`` whether the total is said in words too.
    """

    kind: Kind
    language: str
    country: str
    currency: str
    minor_units: int
    number: str
    issued_on: date
    seller: Party
    buyer: Party
    lines: tuple[PrintedLine, ...]
    taxes: tuple[PrintedTax, ...]
    subtotal: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    discount: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    prices_include_tax: bool = False
    in_words: bool = False
    attention: str = ""
    revision: int = 0
    due_on: date | None = None
    valid_until: date | None = None
    delivered_on: date | None = None
    reference: str = ""
    correction: Correction | None = None
    introduction: str = ""
    terms: str = ""
    bank: BankAccount | None = None
    signatory: str = ""
    accept_url: str = ""
    footer: str = ""
    # Stands large across every page of what isn't valid yet.
    mark: str = ""
