"""A process that adds contacts and wins deals: ``python -m tests.reliability.writing NAME COUNT START``."""

import sys
import time

import django

django.setup()

from contacts.lifecycle.adding import add_contact  # noqa: E402
from contacts.models import Role, User  # noqa: E402
from deals.pipeline.moving import open_deal, win  # noqa: E402


def main(name: str, count: int, start: float) -> None:
    role = Role.objects.get(code="sales-rep")
    user = User.objects.create_user(f"writer{name}@tandem.test", name=f"Writer {name}", role=role)
    time.sleep(max(0.0, start - time.time()))
    for number in range(count):
        contact = add_contact(
            by=user, full_name=f"Contact {name}.{number}", emails=[f"c{name}.{number}@tandem.example"]
        )
        win(open_deal(name=f"Deal {name}.{number}", owner=user, by=user, contacts=[contact]), by=user)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
