"""``manage.py report pipeline``: the pipeline report in the terminal, as JSON or as CSV."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from config.common.management.prepared import PreparedCommand
from contacts.models import User
from deals.pipeline.filtering import FILTERS
from deals.reports.grouping import DATES, GROUPINGS
from deals.reports.report import OPTIONS, pipeline_report, read_question
from deals.reports.tables import as_csv, as_text


class Command(PreparedCommand):
    """Prints a report on the deals that a user may see, or on all deals."""

    help = "Prints a report: 'report pipeline --group-by owner --json'."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer every filter by its name."""
        parser.add_argument("report", choices=["pipeline"], help="Which report.")
        parser.add_argument("--group-by", default="", help=f"One of: {', '.join(GROUPINGS)}.")
        parser.add_argument(
            "--date", default="", help=f"Which day months and quarters are made of: {', '.join(DATES)}."
        )
        parser.add_argument("--as", dest="email", default="", help="See what the user with this address sees.")
        shape = parser.add_mutually_exclusive_group()
        shape.add_argument("--json", action="store_true", help="Print JSON, as the API answers.")
        shape.add_argument("--csv", action="store_true", help="Print CSV.")
        filters = parser.add_argument_group("filters", "Several values by comma; “none” for deals without one.")
        for name, deal_filter in FILTERS.items():
            filters.add_argument(f"--{name.replace('_', '-')}", default="", help=str(deal_filter.label), metavar="…")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the question, ask, print."""
        given = {name: options[name] for name in (*OPTIONS, *FILTERS) if options[name]}
        try:
            filters, group_by, dated_by = read_question(given)
        except ValidationError as error:
            faults = (f"--{name.replace('_', '-')}: {' '.join(found)}" for name, found in error.message_dict.items())
            raise CommandError("\n".join(faults)) from error
        report = pipeline_report(_reader(options["email"]), filters=filters, group_by=group_by, dated_by=dated_by)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
        elif options["csv"]:
            self.stdout.write(as_csv(report), ending="")
        else:
            self.stdout.write(as_text(report))


def _reader(email: str) -> User:
    if not email:
        # Whoever may run commands here may read the whole database.
        return User(name="manage.py", is_superuser=True)
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError(_("There is no user with the address %(email)s.") % {"email": email})
    return user
