"""``manage.py check_integrity``: proves the books by recomputing them, and says what does not hold."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.integrity import Verdict, check_names, prove
from config.common.management.prepared import PreparedCommand
from config.common.money import show_number


class Command(PreparedCommand):
    """Runs the checks that the apps registered; ends with 1 where something does not hold."""

    help = "Prove what is stored by recomputing it: histories against states, totals against lines, and so on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to run some of the checks, and another shape."""
        parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help=f"Of: {', '.join(check_names())}.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run them, print, and fail if one does."""
        if unknown := set(options["only"]) - set(check_names()):
            labels = {"unknown": ", ".join(sorted(unknown)), "names": ", ".join(check_names())}
            raise CommandError(_("There is no check called %(unknown)s. There are: %(names)s.") % labels)
        verdicts = prove(options["only"])
        failed = self._print_json(verdicts) if options["json"] else self._print(verdicts)
        if failed:
            sentence = ngettext(
                "%(number)s check found what does not hold.", "%(number)s checks found what does not hold.", failed
            )
            raise CommandError(sentence % {"number": failed}, returncode=1)

    def _print(self, verdicts: Iterator[Verdict]) -> int:
        failed = 0
        for verdict in verdicts:
            failed += not verdict.holds
            for line in _lines(verdict):
                self.stdout.write(line)
        return failed

    def _print_json(self, verdicts: Iterator[Verdict]) -> int:
        shown = [_as_json(verdict) for verdict in verdicts]
        failed = sum(not each["holds"] for each in shown)
        self.stdout.write(json.dumps({"holds": not failed, "checks": shown}, indent=2, ensure_ascii=False))
        return failed


def _lines(verdict: Verdict) -> Iterator[str]:
    looked_at = ngettext("%(number)s looked at", "%(number)s looked at", verdict.looked_at)
    outcome = _("holds") if verdict.holds else _("%(number)s do not hold") % {"number": show_number(verdict.failed)}
    counted = looked_at % {"number": show_number(verdict.looked_at)}
    yield f"{verdict.check.title} ({verdict.check.name}): {counted}, {outcome}."
    for finding in verdict.findings:
        yield f"  {finding}"
    if left := verdict.failed - len(verdict.findings):
        yield "  " + _("… and %(number)s more.") % {"number": show_number(left)}


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.check.name,
        "title": str(verdict.check.title),
        "looked_at": verdict.looked_at,
        "holds": verdict.holds,
        "failed": verdict.failed,
        "findings": [{"subject": each.subject, "sentence": each.sentence} for each in verdict.findings],
    }
