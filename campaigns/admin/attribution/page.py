"""The page “Attribution”: models side by side by campaign or channel, what was left out, and a new run."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.attribution import sharing
from campaigns.attribution.comparing import MOST_MODELS, Comparison, LeftOut, compare, settings_of
from campaigns.attribution.reading import By, Credit
from campaigns.models import AttributionModel, AttributionRun
from config.common.admin.base import sentence_of, visible_or_404
from config.common.admin.home import Chart
from config.common.admin.pages import register_page, show_page
from config.common.errors import DomainError
from config.common.money import round_to, show_money, show_number
from deals.admin.billing.showing import page_or_nothing

PERMISSION, MAY_RUN = "campaigns.view_attributionmodel", "campaigns.add_attributionrun"
MEDIA = Media(css={"all": ["deals/deals.css", "deals/reports.css", "campaigns/attribution.css"]})
MOST_BARS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """What a model owes to a campaign or channel, and the list of the shares that it is made of."""

    text: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class Head:
    """A model in the head of the table: its version, how it was made, when, and by its page."""

    run: AttributionRun
    settings: str
    link: str
    shared: str


@require_safe
def attribution_page(request: HttpRequest) -> HttpResponse:
    """Show the models side by side."""
    user: Any = request.user
    if not user.has_perm(PERMISSION):
        raise PermissionDenied
    by: By = "channel" if request.GET.get("by") == "channel" else "campaign"
    models = _chosen(request, user)
    found = compare(user, by, models)
    response = show_page(request, admin.site, "campaigns/attribution/page.html", _("Attribution"))
    response.context_data.update(_context(request, found, models))  # type: ignore[union-attr]
    return response


@require_POST
def run_now(request: HttpRequest, object_id: int) -> HttpResponse:
    """Make a new version of one model."""
    user: Any = request.user
    model = visible_or_404(AttributionModel.objects.all(), user, object_id)
    if not user.has_perm(MAY_RUN):
        raise PermissionDenied
    try:
        made = sharing.run(model, by=user)
        messages.success(request, _done(made))
    except DomainError as refusal:
        messages.error(request, sentence_of(refusal))
    back = "?by=channel" if request.POST.get("by") == "channel" else ""
    return HttpResponseRedirect(reverse("admin:attribution") + back)


register_page("attribution/", "attribution", attribution_page)
register_page("attribution/<int:object_id>/run/", "attribution_run", run_now)


def money_of(run: AttributionRun, amount: Decimal) -> str:
    """Return an amount of a run as its readers write it."""
    return show_money(amount, run.made_with["currency"], run.made_with["minor_units"])


def _chosen(request: HttpRequest, user: Any) -> list[AttributionModel]:
    rows: QuerySet[AttributionModel] = AttributionModel.objects.visible_to(user).in_use()
    wanted = {int(text) for text in request.GET.getlist("model") if text.isdecimal() and len(text) < 10}
    return list(rows.filter(pk__in=wanted) if wanted else rows)[:MOST_MODELS]


def _context(request: HttpRequest, found: Comparison, models: list[AttributionModel]) -> dict[str, Any]:
    user: Any = request.user
    everyone = AttributionModel.objects.visible_to(user).in_use()
    chosen = {model.pk for model in models}
    return {
        "media": MEDIA,
        "found": found,
        "sentence": _sentence(found),
        "heads": [_head(run, total) for run, total in zip(found.runs, found.totals, strict=True)],
        "rows": [
            (line.label, _page_of(found.by, line.key), [_cell(found, run, line.key, each) for run, each in pairs])
            for line, pairs in ((line, zip(found.runs, line.credits, strict=True)) for line in found.lines)
        ],
        "totals": [money_of(run, total) for run, total in zip(found.runs, found.totals, strict=True)],
        "chart": _chart(found),
        "left_out": [(part, _deals_behind(part)) for part in found.left_out],
        "choices": [(model, model.pk in chosen) for model in everyone],
        "may_run": user.has_perm(MAY_RUN),
        "may_change": user.has_perm("campaigns.change_attributionmodel"),
    }


def _sentence(found: Comparison) -> str:
    if not found.runs:
        return _("No model was run yet: nothing is credited to anybody.")
    first, run = found.totals[0], found.runs[0]
    number = len(found.lines)
    campaigns = (
        ngettext("%(number)s campaign", "%(number)s campaigns", number)
        if found.by == "campaign"
        else ngettext("%(number)s channel", "%(number)s channels", number)
    )
    return _("%(model)s: %(amount)s %(basis)s, shared over %(whom)s") % {
        "model": run.model,
        "amount": money_of(run, first),
        "basis": run.model.get_basis_display().lower(),
        "whom": campaigns % {"number": show_number(number)},
    }


def _head(run: AttributionRun, total: Decimal) -> Head:
    link = reverse("admin:campaigns_attributionrun_change", args=[run.pk])
    return Head(run, settings_of(run), link, money_of(run, total))


def _cell(found: Comparison, run: AttributionRun, key: int, each: Credit) -> Cell:
    if not each.touches:
        return Cell("–", "", "")
    touches = ngettext("%(count)s touch", "%(count)s touches", each.touches) % {"count": show_number(each.touches)}
    worth = _("%(number)s won deals") % {"number": show_number(round_to(each.won, 2).normalize())}
    query = {"run": run.pk, f"touch__{found.by}": key}
    link = f"{reverse('admin:campaigns_share_changelist')}?{urlencode(query)}"
    return Cell(money_of(run, each.amount), f"{worth} · {touches}", link)


def _page_of(by: By, key: int) -> str:
    return page_or_nothing("admin:campaigns_campaign_change", key) if by == "campaign" else ""


def _chart(found: Comparison) -> Chart:
    lines = found.lines[:MOST_BARS]
    currency = found.runs[0].made_with["currency"] if found.runs else ""
    return Chart(
        title=_("Models side by side"),
        labels=[line.label for line in lines],
        series=[
            (str(run.model), [float(line.credits[place].amount) for line in lines])
            for place, run in enumerate(found.runs)
        ],
        horizontal=True,
        note=_("Amounts are in %(currency)s.") % {"currency": currency},
    )


def _deals_behind(part: LeftOut) -> str:
    query = {"run": part.run.pk, "amount__isnull": int(part.code == "without_rate"), "is_touched": 0}
    return f"{reverse('admin:campaigns_rundeal_changelist')}?{urlencode(query)}"


def _done(made: AttributionRun) -> str:
    sentence = _("%(run)s is made: %(amount)s shared, %(deals)s won deals, %(left)s without a touch in the window.")
    return sentence % {
        "run": made,
        "amount": money_of(made, made.shared_amount),
        "deals": show_number(made.deals),
        "left": show_number(made.untouched),
    }
