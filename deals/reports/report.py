"""The pipeline report: what was won and lost, what is open, how fast, among the deals that somebody may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.money import show_money, show_number
from contacts.models import User
from deals.pipeline.filtering import DealFilters, as_query, as_texts, read_filters
from deals.reports.asking import ReportQuestion
from deals.reports.explaining import LeftOut, WhyEmpty, left_out, notes, why_empty
from deals.reports.grouping import DATES, GROUPINGS
from deals.reports.groups import Group, groups_of, parts_of, total_of
from deals.reports.numbers import Numbers, numbers_of
from deals.reports.querying import ask

# What a report is told besides its filters.
OPTIONS = ("group_by", "date")


@dataclass(frozen=True, slots=True)
class PipelineReport:
    """The answer: the total, its groups, what is left out, and what one must know to read it."""

    currency: str | None
    minor_units: int
    filters: DealFilters
    group_by: str
    dated_by: str
    total: Numbers
    groups: list[Group]
    left_out: list[LeftOut]
    notes: list[str]
    why_empty: WhyEmpty | None

    def as_json(self) -> dict[str, Any]:
        """Return the report as the API and the command print it."""
        digits = self.minor_units
        return {
            "currency": self.currency,
            "filters": as_texts(self.filters),
            "group_by": self.group_by or None,
            "date": self.dated_by,
            "total": self.total.as_json(digits),
            "groups": [
                {
                    "key": group.key,
                    "label": group.label,
                    **group.numbers.as_json(digits),
                    "query": as_query(group.filters),
                }
                for group in self.groups
            ],
            "left_out": [
                {"reason": part.reason, "count": part.count, "code": part.code, "query": as_query(part.filters)}
                for part in self.left_out
            ],
            "notes": self.notes,
            "why_empty": {"code": self.why_empty.code, "reason": self.why_empty.reason} if self.why_empty else None,
        }

    def money(self, amount: Any) -> str:
        """Return an amount as its readers write it; nothing where there is none."""
        if amount is None:
            return ""
        return show_money(amount, self.currency, self.minor_units) if self.currency else show_number(amount)

    def sentence(self) -> str:
        """Return the answer in one sentence, or why there is none."""
        if self.why_empty is not None:
            return self.why_empty.reason
        total = self.total
        numbers = {
            "won": show_number(total.won),
            "closed": show_number(total.won + total.lost),
            "revenue": self.money(total.revenue),
            "open": show_number(total.open),
            "open_amount": self.money(total.open_amount),
        }
        if total.win_rate is None:
            return _("Open: %(open)s, %(open_amount)s. No deal was won or lost yet.") % numbers
        numbers["rate"] = show_number(round(total.win_rate * 100, 1))
        return (
            _("%(won)s of %(closed)s closed deals won (%(rate)s %%): %(revenue)s. Open: %(open)s, %(open_amount)s.")
            % numbers
        )


def read_question(given: Mapping[str, str]) -> tuple[DealFilters, str, str]:
    """Return filters, grouping and date from texts; raises ValidationError with every name at fault."""
    options = {name: given.get(name, "").strip() for name in OPTIONS}
    filters = {name: text for name, text in given.items() if name not in OPTIONS}
    faults: dict[str, list[str]] = {}
    for name, known in (("group_by", GROUPINGS), ("date", DATES)):
        if options[name] and options[name] not in known:
            faults[name] = [_("Choose from: %(words)s.") % {"words": ", ".join(known)}]
    try:
        read = read_filters(filters, besides=OPTIONS)
    except ValidationError as error:
        raise ValidationError({**error.message_dict, **faults}) from error
    if faults:
        raise ValidationError(faults)
    return read, options["group_by"], options["date"] or "closed"


def pipeline_report(
    user: User, *, filters: DealFilters | None = None, group_by: str = "", dated_by: str = "closed"
) -> PipelineReport:
    """Return the report on the deals that ``user`` may see and that match the filters, from one query.

    ``group_by`` names one of ``GROUPINGS``, or nothing; ``dated_by`` says which day months and quarters are made of:
    ``closed`` (open deals have none) or ``opened``.
    """
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    question = ReportQuestion(user, filters or {}, group_by, dated_by, today)
    rows = ask(question)
    parts = parts_of(rows)
    total = total_of(rows, parts)
    currency, minor_units = rows[0].currency, rows[0].minor_units
    minor_units = 2 if minor_units is None else minor_units
    return PipelineReport(
        currency=currency,
        minor_units=minor_units,
        filters=question.filters,
        group_by=group_by,
        dated_by=dated_by,
        total=numbers_of(total, minor_units),
        groups=groups_of(parts, question, minor_units),
        left_out=left_out(total, question),
        notes=notes(question, currency),
        why_empty=why_empty(total, rows[0]),
    )
