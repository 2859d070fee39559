"""The money of a question: what was spent, what attribution owes to its touches, and what of that is margin."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Case, Count, DecimalField, OuterRef, Q, Subquery, Sum, Value, When

from campaigns.attribution.methods import Basis
from campaigns.attribution.models import AttributionRun, Share
from campaigns.budgets.models import Cost, CostState
from campaigns.results.asking import Question, cost_key, in_group, spent, touch_key, touched, won
from config.common.money import ZERO, round_to
from config.common.sql import exact
from deals.billing.kinds import InvoiceKind
from deals.catalogue.conversion import in_company_currency
from deals.catalogue.models import Currency, ExchangeRate
from deals.models import DealLine, Invoice

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Spent:
    """Costs of a group in the company's currency; those without a rate are counted apart, and so are waiting ones."""

    amount: Decimal = ZERO
    costs: int = 0
    without_rate: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """What a run owes to the touches of a group: money, in how many shares of how many deals."""

    amount: Decimal = ZERO
    shares: int = 0
    deals: int = 0


@dataclass(frozen=True, slots=True)
class DealShare:
    """What is owed of one deal to the touches of a group."""

    key: Any
    deal: int
    amount: Decimal
    weight: Decimal
    shares: int


@dataclass(slots=True)
class Margin:
    """What of the money owed is margin, and of how many deals that isn't known."""

    amount: Decimal = ZERO
    deals: int = 0
    unknown: int = 0


def costs_of(question: Question) -> Any:
    """Return the costs that are asked for, of every state, with ``worth`` in the company's currency."""
    worth = in_company_currency("amount", OuterRef("day"))
    return question.seen(Cost.objects).filter(spent(question)).annotate(worth=worth)


def count_costs(question: Question, by: str = "") -> dict[Any, Spent]:
    """Return by group what was spent. A cost counts in each segment that its campaign addresses."""
    counts = Q(state=CostState.COUNTED)
    rows = (
        costs_of(question)
        .annotate(key=cost_key(by))
        .order_by()
        .values_list("key")
        .annotate(
            amount=exact(Sum("worth", filter=counts)),
            costs=Count("pk", filter=counts),
            without_rate=Count("pk", filter=counts & Q(worth__isnull=True)),
            waiting=Count("pk", filter=Q(state=CostState.WAITING)),
        )
    )
    return {key: Spent(amount or ZERO, *counted) for key, amount, *counted in rows}


def shares_of(question: Question, *runs: int) -> Any:
    """Return the shares that runs owe to the touches asked for, of deals that the reader may see."""
    condition = touched(question, "touch__") & Q(run__in=runs)
    if question.since or question.until:
        condition &= won(question, "deal__")
    return question.seen(Share.objects).filter(condition).order_by()


def count_shares(question: Question, runs: Iterable[AttributionRun], by: str = "") -> dict[tuple[Any, int], Owed]:
    """Return what runs owe, by group and run."""
    ids = [run.pk for run in runs]
    if not ids:
        return {}
    rows = (
        _grouped(question, by, ids)
        .values_list("key", "run")
        .annotate(amount=exact(Sum("amount")), shares=Count("pk"), deals=Count("deal", distinct=True))
    )
    return {(key, run): Owed(amount or ZERO, *counted) for key, run, amount, *counted in rows}


def deal_shares(question: Question, run: AttributionRun, by: str = "") -> list[DealShare]:
    """Return what a run owes by group and deal."""
    rows = _grouped(question, by, [run.pk]).values_list("key", "deal")
    summed = rows.annotate(amount=exact(Sum("amount")), weighs=Sum("weight"), shares=Count("pk"))
    return [DealShare(key, deal, amount, Decimal(str(weight)), shares) for key, deal, amount, weight, shares in summed]


def count_margins(
    question: Question, run: AttributionRun, owed: Iterable[DealShare], currency: Currency
) -> dict[Any, Margin]:
    """Return by group what of the money owed is margin: each deal's share, without tax, by its own margin rate."""
    listed = list(owed)
    deals = shares_of(question, run.pk).values("deal")
    rates = margin_rates(deals) if listed else {}
    untaxed = {} if run.model.basis == Basis.WON or not listed else untaxed_parts(deals)
    found: dict[Any, Margin] = defaultdict(Margin)
    for each in listed:
        margin, rate = found[each.key], rates.get(each.deal)
        margin.deals += 1
        if rate is None:
            margin.unknown += 1
        else:
            kept = Fraction(each.amount) * untaxed.get(each.deal, 1)
            margin.amount += round_to(kept * rate, currency.minor_units)
    return found


def untaxed_parts(deals: Any) -> dict[int, Fraction]:
    """Return of each deal how much of what was invoiced, less credit notes, is not tax: that is the state's money."""
    sign = Case(When(kind=InvoiceKind.CREDIT_NOTE, then=Value(-1)), default=Value(1))
    rows = Invoice.objects.issued().filter(deal__in=deals).order_by().annotate(sign=sign)
    net: dict[int, Fraction] = defaultdict(Fraction)
    total: dict[int, Fraction] = defaultdict(Fraction)
    for deal, factor, without_tax, with_tax in rows.values_list("deal", "sign", "net", "total"):
        net[deal] += factor * Fraction(without_tax)
        total[deal] += factor * Fraction(with_tax)
    return {deal: net[deal] / amount for deal, amount in total.items() if amount}


def margin_rates(deals: Any) -> dict[int, Fraction]:
    """Return of each deal whose every line has a known cost how much of its price is margin. Costs one query.

    Prices and costs in other currencies are compared by the rates of the day on which the deal was won.
    """
    lines = (
        DealLine.objects.filter(deal__in=deals)
        .order_by()
        .annotate(price_rate=_rate("deal__currency"), cost_rate=_rate("product__currency"))
    )
    columns = ("deal", "quantity", "unit_price", "discount", "product__cost", "price_rate", "cost_rate")
    priced: dict[int, Fraction] = defaultdict(Fraction)
    costs: dict[int, Fraction] = defaultdict(Fraction)
    unknown: set[int] = set()
    rows = lines.values_list(*columns, "deal__currency", "product__currency")
    for deal, quantity, unit_price, discount, cost, *rates, of_deal, of_product in rows:
        # Within one currency no rate is needed.
        price_rate, cost_rate = (ONE, ONE) if of_deal == of_product else rates
        if cost is None or price_rate is None or cost_rate is None:
            unknown.add(deal)
            continue
        priced[deal] += (
            Fraction(quantity) * Fraction(unit_price) * (100 - Fraction(discount)) / 100 * Fraction(price_rate)
        )
        costs[deal] += Fraction(quantity) * Fraction(cost) * Fraction(cost_rate)
    return {deal: 1 - costs[deal] / price for deal, price in priced.items() if price and deal not in unknown}


def _grouped(question: Question, by: str, runs: list[int]) -> Any:
    return shares_of(question, *runs).filter(in_group(by, "touch__")).annotate(key=touch_key(by, "touch__"))


def _rate(currency: str) -> Case:
    """Return the rate of a line's currency on the day its deal was won; one for the company's own."""
    rates = ExchangeRate.objects.filter(currency=OuterRef(currency), valid_from__lte=OuterRef("deal__closed_on"))
    rate = DecimalField(max_digits=20, decimal_places=10)
    return Case(
        When(**{f"{currency}__is_company_currency": True}, then=Value(ONE, output_field=rate)),
        default=Subquery(rates.order_by("-valid_from").values("rate")[:1], output_field=rate),
        output_field=rate,
    )
