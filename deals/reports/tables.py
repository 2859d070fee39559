"""The report as a table: a CSV file for spreadsheets, aligned columns for a terminal."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.common.money import round_to, show_number
from deals.reports.numbers import Numbers
from deals.reports.report import PipelineReport

COLUMNS = (
    "deals",
    "won",
    "lost",
    "open",
    "win_rate",
    "revenue",
    "average_won",
    "mean_days_to_win",
    "median_days_to_win",
    "mean_days_to_close",
    "open_amount",
)
# A spreadsheet takes what begins so for a formula and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(report: PipelineReport) -> str:
    """Return a header, a row for each group and one for the total; figures are written as in JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["key", "label", *COLUMNS, "currency"])
    for group in report.groups:
        key = "" if group.key is None else str(group.key)
        writer.writerow([harmless(key), harmless(group.label), *_plain(group.numbers, report)])
    writer.writerow(["", _("Total"), *_plain(report.total, report)])
    return text.getvalue()


def as_text(report: PipelineReport) -> str:
    """Return the answer as a sentence, the groups in aligned columns, what is left out, and the notes."""
    lines = [report.sentence(), ""]
    if report.why_empty is None:
        rows = [[_("Group") if report.group_by else "", *headings()]]
        rows += [[group.label, *cells(group.numbers, report)] for group in report.groups]
        rows += [[_("Total"), *cells(report.total, report)]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            numbers = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
            lines.append("  ".join([first.ljust(widths[0]), *numbers]).rstrip())
        lines.append("")
    lines += [_("Left out: %(reason)s (%(count)s)") % {"reason": p.reason, "count": p.count} for p in report.left_out]
    return "\n".join([*lines, *report.notes])


def headings() -> list[str]:
    """Return what the columns are called, in order."""
    return [
        _("Deals"),
        _("Won"),
        _("Lost"),
        _("Open"),
        _("Win rate"),
        _("Revenue"),
        _("Average won"),
        _("Days to win"),
        _("Median"),
        _("Days to close"),
        _("Open amount"),
    ]


def harmless(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def cells(numbers: Numbers, report: PipelineReport) -> Iterator[str]:
    """Return the figures as their readers write them, in the order of the columns; a dash where there is none."""
    for name in COLUMNS:
        value = getattr(numbers, name)
        if value is None:
            yield "–"
        elif name in {"revenue", "average_won", "open_amount"}:
            yield report.money(value)
        elif name == "win_rate":
            yield f"{_one_decimal(value * 100)} %"
        else:
            yield _one_decimal(value) if "days" in name else show_number(value)


def _one_decimal(value: Decimal) -> str:
    text: str = format_decimal(round_to(value, 1), format="#,##0.0", locale=get_language() or "en")
    return text


def _plain(numbers: Numbers, report: PipelineReport) -> list[str]:
    figures = numbers.as_json(report.minor_units)
    return [*("" if figures[name] is None else str(figures[name]) for name in COLUMNS), report.currency or ""]
