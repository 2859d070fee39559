"""``manage.py ab_test --a 850/44700 --b 900/44700``: reads figures from elsewhere as an A/B test."""

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from campaigns.experiments.arms import Arm
from campaigns.experiments.comparing import compare
from campaigns.experiments.sizing import needed_per_variant
from campaigns.experiments.wording import count, percent, points, report
from config.common.errors import DomainError

_NAMES = "abcdef"
_FIGURES = re.compile(r"\s*(\d{1,15})\s*/\s*(\d{1,15})\s*")


class Command(BaseCommand):
    """Compares variants with the first, or says how many people a test will need."""

    help = (
        "Compares variants: 'ab_test --a 850/44700 --b 900/44700'. "
        "Before a test, says how many people it needs: 'ab_test --base 0.02 --effect 0.004'."
    )
    requires_system_checks: Any = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer up to six variants."""
        for name in _NAMES:
            words = "conversions/people of the control" if name == "a" else f"the same of variant {name.upper()}"
            parser.add_argument(f"--{name}", metavar="850/44700", help=words)
        parser.add_argument(
            "--weights", default="", help="How people were shared out, such as 1,1 (the default) or 1,3."
        )
        parser.add_argument("--significance", default="0.05", help="The chance of a false alarm: 0.05.")
        parser.add_argument("--power", default="0.8", help="The chance to find a difference that is there: 0.8.")
        parser.add_argument("--base", default="", help="Before a test: the rate expected, such as 0.02.")
        parser.add_argument("--effect", default="", help="Before a test: the smallest difference worth finding.")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="Sentences or JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the figures, compare, print."""
        try:
            chances = {name: _number(name, options[name]) for name in ("significance", "power")}
            if options["base"] or options["effect"]:
                self._size(options, chances)
            else:
                self._compare(options, chances)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _compare(self, options: dict[str, Any], chances: dict[str, float]) -> None:
        found = compare(_arms(options), **chances)
        if options["format"] == "json":
            sentences = {"sentences": report(found)}
            self.stdout.write(json.dumps({**found.as_json(), **sentences}, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(report(found)))

    def _size(self, options: dict[str, Any], chances: dict[str, float]) -> None:
        base, effect = _number("base", options["base"]), _number("effect", options["effect"])
        needed = needed_per_variant(base, effect, significance=chances["significance"], power=chances["power"])
        if options["format"] == "json":
            self.stdout.write(json.dumps({"base": base, "effect": effect, **chances, "needed_per_variant": needed}))
            return
        sentence = _(
            "Each variant needs %(needed)s people to find a difference of %(effect)s points from %(base)s "
            "with a chance of %(power)s, and a false alarm in %(alarm)s of tests."
        )
        labels = {"needed": count(needed), "effect": points(effect).lstrip("+"), "base": percent(base)}
        chosen = {"power": percent(chances["power"], 0), "alarm": percent(chances["significance"], 1)}
        self.stdout.write(sentence % {**labels, **chosen})


def _arms(options: dict[str, Any]) -> list[Arm]:
    given = [name for name in _NAMES if options[name] is not None]
    if given != list(_NAMES[: len(given)]):
        raise CommandError(_("Name the variants in order: --a is the control, then --b, --c …"))
    weights = _weights(options["weights"], len(given))
    return [_arm(name, options[name], weight) for name, weight in zip(given, weights, strict=True)]


def _arm(name: str, text: str, weight: int) -> Arm:
    read = _FIGURES.fullmatch(text)
    if read is None:
        sentence = _("--%(name)s: “%(text)s” can't be read. Write conversions and people like 850/44700.")
        raise CommandError(sentence % {"name": name, "text": text})
    return Arm(name.upper(), int(read[1]), int(read[2]), weight)


def _weights(text: str, number: int) -> list[int]:
    parts = text.split(",") if text else ["1"] * number
    if len(parts) != number or not all(part.strip().isdecimal() and 0 < int(part) <= 10_000 for part in parts):
        raise CommandError(_("--weights: give a whole number from 1 to 10000 for each variant, such as 1,1."))
    return [int(part) for part in parts]


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        sentence = _("--%(name)s: “%(text)s” is no number. Write it like 0.05.")
        raise CommandError(sentence % {"name": name, "text": text}) from error
