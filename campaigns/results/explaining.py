"""The figures in words: what they are called, how each was reckoned with its numbers put in, what was left out."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.attribution.methods import Basis
from campaigns.results.numbers import Counted, Numbers
from config.common.money import ZERO, round_to, show_money, show_number
from contacts.people.stages import LifecycleStage


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are not in a figure: how many, why, and the list of them, if there is one."""

    code: str
    sentence: str
    count: int
    rows: str = ""


def names() -> dict[str, str]:
    """Return what the figures are called."""
    return {
        "reach": _("Reach"),
        "touches": _("Touches"),
        "responses": _("Responses"),
        "leads": _("Leads"),
        "mqls": _("MQL"),
        "sqls": _("SQL"),
        "opportunities": _("Opportunities"),
        "customers": _("Customers"),
        "deals": _("Deals"),
        "won_deals": _("Deals won"),
        "cost": _("Cost"),
        "cost_per_lead": _("Cost per lead"),
        "acquisition_cost": _("Acquisition cost"),
        "won": _("Revenue won"),
        "invoiced": _("Invoiced"),
        "paid": _("Paid"),
        "margin": _("Margin"),
        "return": _("Return"),
    }


def formula_of(code: str, counted: Counted, numbers: Numbers, values: dict[str, Decimal | None], return_by: str) -> str:
    """Return how a figure was reckoned, with its numbers."""
    counts = numbers.counts
    if code in _OF_PEOPLE:
        return _came_to(code, counts.get("people", 0), int(values[code] or 0))
    if code in {*Basis.values, "margin"}:
        return _of_money(code, counted, numbers)
    if code in {"cost_per_lead", "acquisition_cost"}:
        return _a_head(code, counted, numbers, values)
    if code == "return":
        return _of_return(counted, values, return_by)
    number = {"number": show_number(int(values[code] or 0))} if code != "cost" else {}
    if code == "reach":
        people = {"people": show_number(counts.get("people", 0)), "visitors": show_number(counts.get("visitors", 0))}
        return _("%(people)s people + %(visitors)s visitors whom we don't know = %(number)s") % {**people, **number}
    if code == "cost":
        costs = {"count": show_number(numbers.spent.costs), "currency": counted.currency.code}
        return _("Sum of the costs that count (%(count)s), in %(currency)s by the rate of each cost's day") % costs
    sentences = {
        "touches": _("Touches in the period: %(number)s"),
        "responses": _("Touches in the period with which a person did something: %(number)s"),
        "deals": _("Deals of the people touched that were not closed before the first touch: %(number)s"),
        "won_deals": _("Those of these deals that were won: %(number)s"),
    }
    return sentences[code] % number


def left_out_of(code: str, counted: Counted, numbers: Numbers) -> tuple[LeftOut, ...]:
    """Return what a figure leaves out; what the money of the whole house leaves out for an empty code."""
    found: list[LeftOut] = []
    spent, margin, chosen = numbers.spent, numbers.margin, counted.runs.get("chosen")
    if code in {"cost", "cost_per_lead", "acquisition_cost", "return"}:
        found += [_costs_without_rate(spent.without_rate), _waiting(spent.waiting)]
    if code in {"margin", "return"} and chosen is not None:
        found.append(_unknown_costs(margin.unknown))
    if code not in {"", "cost"}:
        found += [_hidden(numbers.hidden), _outside(numbers.outside)]
    if code == "" and chosen is not None:
        found += [_untouched(counted.untouched), _deals_without_rate(counted.deals_without_rate)]
    return tuple(each for each in found if each.count)


def reckoned_of(counted: Counted) -> str:
    """Return when the money was shared, and whether news of money wait; nothing where it never was."""
    run = counted.runs.get("chosen")
    if run is None or run.finished_at is None:
        return ""
    facts = {"when": date_format(timezone.localtime(run.finished_at), "j M Y, H:i")}
    if run.model.due_at is None:
        return _("Money was shared on %(when)s; nothing has happened since.") % facts
    return _("Money was shared on %(when)s. There is news since: it is shared anew within minutes.") % facts


_OF_PEOPLE: dict[str, LifecycleStage] = {
    "leads": LifecycleStage.LEAD,
    "mqls": LifecycleStage.MQL,
    "sqls": LifecycleStage.SQL,
    "opportunities": LifecycleStage.OPPORTUNITY,
    "customers": LifecycleStage.CUSTOMER,
}


def _came_to(code: str, people: int, number: int) -> str:
    sentence = _(
        "Of %(people)s people touched, %(number)s first came to %(stage)s or further on the day of their first touch "
        "or later"
    )
    stage = _OF_PEOPLE[code].label
    return sentence % {"people": show_number(people), "number": show_number(number), "stage": stage}


def _of_money(code: str, counted: Counted, numbers: Numbers) -> str:
    chosen = counted.runs.get("chosen")
    run = chosen if code == "margin" else counted.runs.get(code, chosen)
    if run is None:
        return _("No attribution model has been reckoned yet.")
    basis = run.model.basis if code == "margin" else code
    owed = numbers.owed.get(basis)
    facts = {"model": run, "method": run.model.get_method_display(), "basis": str(Basis(basis).label).lower()}
    facts |= {"shares": show_number(owed.shares if owed else 0), "deals": show_number(owed.deals if owed else 0)}
    if code == "margin":
        return (
            _(
                "Each deal's share of what was %(basis)s × the margin of its lines, by “%(model)s” (%(method)s): "
                "%(deals)s deals"
            )
            % facts
        )
    if basis != run.model.basis:
        return (
            _(
                "What was %(basis)s of each deal × the weight of its touches by “%(model)s” (%(method)s): "
                "%(shares)s shares of %(deals)s deals"
            )
            % facts
        )
    if code == Basis.WON:
        return _("Shares of what was won, by “%(model)s” (%(method)s): %(shares)s shares of %(deals)s deals") % facts
    return (
        _(
            "Shares of what was %(basis)s less credit notes, by “%(model)s” (%(method)s): "
            "%(shares)s shares of %(deals)s deals"
        )
        % facts
    )


def _a_head(code: str, counted: Counted, numbers: Numbers, values: dict[str, Decimal | None]) -> str:
    divisor = "leads" if code == "cost_per_lead" else "customers"
    facts = {"cost": _money(values["cost"], counted), "number": show_number(numbers.counts.get(divisor, 0))}
    if values[code] is None:
        sentence = (
            _("Cost / leads: %(cost)s / %(number)s")
            if divisor == "leads"
            else _("Cost / customers: %(cost)s / %(number)s")
        )
        return sentence % facts
    facts["value"] = _money(values[code], counted)
    if divisor == "leads":
        return _("%(cost)s / %(number)s leads = %(value)s") % facts
    return _("%(cost)s / %(number)s customers = %(value)s") % facts


def _of_return(counted: Counted, values: dict[str, Decimal | None], return_by: str) -> str:
    value, worth = values["return"], values.get(return_by)
    if value is None or worth is None:
        return _("(margin or revenue − cost) / cost, once there are both")
    facts = {
        "worth": _money(worth, counted),
        "cost": _money(values["cost"], counted),
        "percent": show_number(round_to(value * 100, 0)),
    }
    if return_by == "margin":
        return _("(margin %(worth)s − cost %(cost)s) / cost %(cost)s = %(percent)s %%") % facts
    if return_by == Basis.WON:
        return (
            _("(revenue %(worth)s − cost %(cost)s) / cost %(cost)s = %(percent)s %%; the margin isn't known whole")
            % facts
        )
    return (
        _("(revenue with tax %(worth)s − cost %(cost)s) / cost %(cost)s = %(percent)s %%; the margin isn't known whole")
        % facts
    )


def _money(amount: Any, counted: Counted) -> str:
    return show_money(amount or ZERO, counted.currency.code, counted.currency.minor_units)


def _costs_without_rate(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s cost has no exchange rate for its day and is not in the sum",
        "%(number)s costs have no exchange rate for their day and are not in the sum",
        number,
    )
    return LeftOut("costs_without_rate", sentence % {"number": show_number(number)}, number, "costs_without_rate")


def _hidden(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s touch of people whom you can't see is not counted; costs are",
        "%(number)s touches of people whom you can't see are not counted; costs are",
        number,
    )
    return LeftOut("touches_hidden", sentence % {"number": show_number(number)}, number)


def _outside(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s touch of people who are not in the segment is not counted; the campaigns' whole costs are",
        "%(number)s touches of people who are not in the segment are not counted; the campaigns' whole costs are",
        number,
    )
    return LeftOut("touches_outside", sentence % {"number": show_number(number)}, number)


def _waiting(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s cost waits for approval and doesn't count yet",
        "%(number)s costs wait for approval and don't count yet",
        number,
    )
    return LeftOut("costs_waiting", sentence % {"number": show_number(number)}, number, "costs_waiting")


def _unknown_costs(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s deal has lines whose cost isn't known: its margin is not in the sum",
        "%(number)s deals have lines whose cost isn't known: their margin is not in the sum",
        number,
    )
    return LeftOut("margin_unknown", sentence % {"number": show_number(number)}, number, "margin_unknown")


def _untouched(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s won deal has no touch in the window: nobody is owed its money",
        "%(number)s won deals have no touch in the window: nobody is owed their money",
        number,
    )
    return LeftOut("untouched", sentence % {"number": show_number(number)}, number, "untouched")


def _deals_without_rate(number: int) -> LeftOut:
    sentence = ngettext(
        "%(number)s won deal has money in a currency without an exchange rate: it is not shared",
        "%(number)s won deals have money in a currency without an exchange rate: it is not shared",
        number,
    )
    return LeftOut("deals_without_rate", sentence % {"number": show_number(number)}, number, "deals_without_rate")
