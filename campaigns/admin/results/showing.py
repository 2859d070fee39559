"""How figures are shown: each with the address of its list, charts of people and of money."""

from dataclasses import dataclass
from typing import Any

from django.forms import Media
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.attribution.methods import Basis
from campaigns.models import AttributionModel
from campaigns.results.asking import Question
from campaigns.results.explaining import LeftOut
from campaigns.results.figures import Figure, Results
from config.common.admin.home import Chart, Tile
from contacts.models import User
from contacts.staff.models import Scope

STYLES = "campaigns/results.css"
MEDIA = Media(css={"all": ["deals/deals.css", STYLES]})
PERMISSION = "campaigns.view_campaign"
FUNNEL = ("reach", "responses", "leads", "mqls", "sqls", "opportunities", "customers")
MONEY = ("cost", *Basis.values, "margin")
# What shows money needs the right to read costs and shares too.
OF_MONEY = (*MONEY, "cost_per_lead", "acquisition_cost", "return")
TILES = ("cost", "cost_per_lead", "paid", "return")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in a table: its text, the list behind it, how it was reckoned, what it leaves out."""

    figure: Figure
    link: str
    left_out: list[tuple[str, str]]


def may_read(user: User) -> bool:
    """Say whether the reader may see results: costs and money of campaigns are not for everybody who sees campaigns."""
    return user.has_perms(["campaigns.view_campaign", "campaigns.view_cost", "campaigns.view_share"])


def list_address(question: Question, code: str) -> str:
    """Return the address of the list behind a figure."""
    return f"{reverse('admin:campaign_result_list')}?{question.as_query(figure=code)}"


def page_address(question: Question, **more: str) -> str:
    """Return the address of the page with a question's figures."""
    return f"{reverse('admin:campaign_results')}?{question.as_query(**more)}"


def link_of(results: Results, figure: Figure) -> str:
    """Return the address of the rows behind a figure; nothing where there are none."""
    return list_address(results.question, figure.behind[0]) if figure.behind and figure.rows else ""


def lines_of(results: Results) -> list[Line]:
    """Return every figure with its list."""
    return [
        Line(figure, link_of(results, figure), left_out_lines(results.question, figure.left_out))
        for figure in results.figures.values()
    ]


def left_out_lines(question: Question, left_out: tuple[LeftOut, ...]) -> list[tuple[str, str]]:
    """Return what is left out, each with the address of its list, if there is one."""
    return [(each.sentence, list_address(question, each.rows) if each.rows else "") for each in left_out]


def tiles_of(results: Results) -> list[Tile]:
    """Return the four figures that matter most."""
    found = []
    for code in TILES:
        figure = results[code]
        tone = "" if code != "return" or figure.value is None else "good" if figure.value >= 0 else "bad"
        found.append(Tile(figure.name, figure.text, figure.formula, link_of(results, figure), tone))
    return found


def funnel_chart(results: Results) -> Chart:
    """Return how many people came how far; each bar with its list."""
    figures = [results[code] for code in FUNNEL]
    head = [_("Step"), _("Number")]
    return Chart(
        title=_("From touch to customer"),
        labels=[figure.name for figure in figures],
        series=[(_("Number"), [float(figure.value or 0) for figure in figures])],
        table=[head, *([figure.name, figure.text] for figure in figures)],
        links=[link_of(results, figure) for figure in figures],
        horizontal=True,
        empty=_("Nobody was touched yet. Share a tracked link or a form, or record touches by hand."),
    )


def money_chart(results: Results) -> Chart:
    """Return what was spent beside what came in."""
    figures = [results[code] for code in MONEY]
    currency = figures[0].currency
    note = _("In %(currency)s") % {"currency": currency.code}
    if results.model:
        note = _("In %(currency)s, shared by “%(model)s”") % {"currency": currency.code, "model": results.model}
    return Chart(
        title=_("Money against cost"),
        labels=[figure.name for figure in figures],
        series=[(_("Amount"), [float(figure.value or 0) for figure in figures])],
        table=[[_("Money"), _("Amount")], *([figure.name, figure.text] for figure in figures)],
        links=[link_of(results, figure) for figure in figures],
        horizontal=True,
        note=note,
        empty=_("No cost and no revenue yet."),
    )


def sentence_of(results: Results) -> str:
    """Return the answer in one sentence: “Return 180 % (margin $8,400.00, cost $3,000.00, by last touch v3)”."""
    found = results["return"]
    facts = {"return": found.text, "cost": results["cost"].text, "model": results.model}
    if found.value is None:
        if results["cost"].value:
            return _("Return: %(return)s. Spent: %(cost)s") % facts
        return _("Return: %(return)s") % facts
    facts["worth"] = results[results.return_by].text
    if results.return_by == "margin":
        return _("Return %(return)s: margin %(worth)s against cost %(cost)s, by “%(model)s”") % facts
    return _("Return %(return)s: revenue %(worth)s against cost %(cost)s, by “%(model)s”") % facts


def models_of(question: Question) -> list[tuple[str, str, bool]]:
    """Return the attribution models that can be chosen: address, name, whether it is the one."""
    found = AttributionModel.objects.filter(is_active=True, runs__is_current=True).distinct()
    chosen = question.model
    listed = []
    for place, model in enumerate(found):
        current = model.pk == chosen if chosen is not None else place == 0
        listed.append((page_address(question.of("model", model.pk)), model.name, current))
    return listed


def scope_line(user: User) -> str:
    """Say whose people and deals are counted; nothing for who sees all."""
    if user.scope == Scope.ALL:
        return ""
    return _("People and deals are counted if you may see them; costs are those of the whole house.")


def as_context(results: Results, user: Any) -> dict[str, Any]:
    """Return what the template of one campaign's figures reads."""
    return {
        "results": results,
        "sentence": sentence_of(results),
        "tiles": tiles_of(results),
        "charts": [funnel_chart(results), money_chart(results)],
        "lines": lines_of(results),
        "left_out": left_out_lines(results.question, results.left_out),
        "scope_line": scope_line(user),
        "reckoned": results.reckoned,
    }
