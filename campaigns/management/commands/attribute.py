"""``manage.py attribute journeys.csv --model markov``: credit for any journeys, from a CSV file."""

import csv
import io
import json
import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from campaigns.attribution.files import Columns, read_journeys
from campaigns.attribution.journeys import Attribution, attribute
from campaigns.attribution.methods import Method
from campaigns.attribution.weighing import Terms
from config.common.errors import DomainError


class Command(BaseCommand):
    """Shares conversions and value of journeys over their touches. It asks no database."""

    help = "Shares conversions and value over the touches of journeys: 'attribute journeys.csv --model markov'."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file, the model, the columns and the shape."""
        parser.add_argument("file", help="A CSV file in UTF-8 with a head; “-” reads from standard input.")
        parser.add_argument("--model", choices=Method.values, required=True, help="How credit is shared.")
        parser.add_argument("--separator", default=" > ", help="What stands between the touches of a path.")
        parser.add_argument("--path", default="", help="The column of paths.")
        parser.add_argument("--conversions", default="", help="The column of conversions; without one, 1 a row.")
        parser.add_argument("--value", default="", help="The column of the conversions' value.")
        parser.add_argument("--null", default="", help="The column of journeys that did not convert.")
        parser.add_argument("--order", type=int, default=1, choices=range(1, 5), help="Of Markov: the chain's memory.")
        parser.add_argument("--half-life", default="7", help="Of time decay: days, where a step back is one day.")
        parser.add_argument("--digits", type=int, default=2, choices=range(4), help="Decimals of values.")
        parser.add_argument("--format", default="table", choices=["table", "csv", "json"], help="How to print.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, share, print."""
        terms = Terms(Method(options["model"]), _half_life(options["half_life"]), options["order"])
        columns = Columns(options["path"], options["conversions"], options["value"], options["null"])
        if not options["separator"]:
            raise CommandError(_("The separator is empty."))
        try:
            with _opened(options["file"]) as stream:
                found = attribute(read_journeys(stream, columns, options["separator"]), terms, digits=options["digits"])
        except OSError as error:
            sentence = _("%(file)s can't be read: %(error)s")
            raise CommandError(sentence % {"file": options["file"], "error": error.strerror}) from error
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        shapes = {"table": _table, "csv": _csv, "json": _json}
        self.stdout.write(shapes[options["format"]](found), ending="")


def _opened(name: str) -> Any:
    if name == "-":
        text: TextIO = io.StringIO(sys.stdin.read())
        return nullcontext(text)
    return Path(name).open(encoding="utf-8-sig", newline="")


def _half_life(text: str) -> timedelta:
    try:
        days = Decimal(text)
    except InvalidOperation:
        days = Decimal(0)
    if not days.is_finite() or not 0 < days < 10**6:
        raise CommandError(_("“%(text)s” is not a number of days above zero.") % {"text": text})
    return timedelta(days=float(days))


def _rows(found: Attribution) -> list[list[str]]:
    rows = []
    for each in found.credits:
        effect = "" if each.effect is None else f"{float(each.effect):.6f}"
        rows.append([each.label, format(each.conversions, "f"), format(each.value, "f"), effect])
    return rows


def _table(found: Attribution) -> str:
    head = [_("Touch"), _("Conversions"), _("Value"), _("Removal effect")]
    total = [_("Total"), format(found.conversions, "f"), format(found.value, "f"), ""]
    rows = [row[: 4 if found.effects else 3] for row in (head, *_rows(found), total)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([*lines, *_notes(found)]) + "\n"


def _notes(found: Attribution) -> list[str]:
    notes = []
    if found.lost_conversions or found.lost_value:
        sentence = _("Without a touch, so credited to nobody: %(conversions)s conversions, value %(value)s.")
        notes.append(
            sentence % {"conversions": format(found.lost_conversions, "f"), "value": format(found.lost_value, "f")}
        )
    if found.terms.method == Method.DECAY:
        notes.append(_("Paths have no times: each step back counts as one day."))
    if found.effects is not None:
        way = _("in fractions, exact") if found.effects.is_exact else _("in floating point, without subtraction")
        sentence = _("A journey converts with a chance of %(chance)s; %(states)s states were solved %(way)s.")
        notes.append(
            sentence % {"chance": f"{float(found.effects.chance):.6f}", "states": found.effects.states, "way": way}
        )
    return notes


def _csv(found: Attribution) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([["label", "conversions", "value", "removal_effect"], *_rows(found)])
    return text.getvalue()


def _json(found: Attribution) -> str:
    names = ("label", "conversions", "value", "removal_effect")
    body = {
        "model": found.terms.method.value,
        "credits": [dict(zip(names, row, strict=True)) for row in _rows(found)],
        "conversions": format(found.conversions, "f"),
        "value": format(found.value, "f"),
        "lost_conversions": format(found.lost_conversions, "f"),
        "lost_value": format(found.lost_value, "f"),
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
