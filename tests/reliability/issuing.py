"""A process that issues invoices: ``python -m tests.reliability.issuing NAME COUNT START``; a count of 0 sets up."""

import sys
import time
from contextlib import suppress

import django

django.setup()

from django.db import transaction  # noqa: E402

from contacts.lifecycle.adding import add_company  # noqa: E402
from contacts.models import Company, Role, User  # noqa: E402
from deals import signals  # noqa: E402
from deals.billing.issuing import issue  # noqa: E402
from deals.models import Currency, Seller  # noqa: E402
from tests.factories.billing import drafted, line  # noqa: E402


class Undone(Exception):
    """Everything went well, and then the transaction failed."""


def main(name: str, count: int, start: float) -> None:
    if not count:
        Seller.objects.create(name="Nusantara", country="ID", currency=Currency.objects.get(code="USD"))
        add_company(name="Kedai Senja", by=None)
        return
    # Printing isn't under test, and takes most of the time.
    signals.pages_due.receivers = []
    user = User.objects.create_user(f"f{name}@tandem.test", name=name, role=Role.objects.get(code="finance"))
    company = Company.objects.get()
    time.sleep(max(0.0, start - time.time()))
    for number in range(count):
        if number % 8 == 0:
            with suppress(Undone), transaction.atomic():
                issue(drafted([line()], company=company, by=user), by=user)
                raise Undone
        issue(drafted([line()], company=company, by=user), by=user)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
