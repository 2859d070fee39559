"""What lists, search, a page deep down, one record and a new one cost, beside their floors in the same run."""

import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

import pytest
from django.core import signing
from django.db import transaction
from rest_framework.test import APIClient

from contacts.models import Contact, User
from tests.benchmarks import FAR_TOO_MUCH, show
from tests.benchmarks.many import CONTACTS, DEALS, write_many
from tests.factories.contacts import UserFactory

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.urls("tests.benchmarks.floors")]
RUNS = 30
_numbers = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def many(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The rows, written once for all measurements and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        write_many()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def everybody(api_as: Callable[[User], APIClient]) -> APIClient:
    """Calls as one who sees everything."""
    return api_as(UserFactory(role="integration", is_service=True))


@pytest.fixture
def owner(api_as: Callable[[User], APIClient]) -> APIClient:
    """Calls as a rep, who sees their own records and those of their own deals."""
    return api_as(User.objects.get(email="owner1@tandem.test"))


@dataclass
class Figure:
    """What one kind of request costs, beside its floor: medians in milliseconds."""

    name: str
    ours: float
    floor: float
    cpu: float
    floor_cpu: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def __str__(self) -> str:
        ratios = f"{self.ratio:6.2f} {self.cpu:8.2f} {self.floor_cpu:8.2f} {self.cpu / self.floor_cpu:6.2f}"
        return f"{self.name:24} {self.ours:8.2f} {self.floor:8.2f} {ratios}"


@pytest.fixture(scope="module")
def table(many: None, pytestconfig: pytest.Config) -> Iterator[list[Figure]]:
    """The figures of this run, printed in the end."""
    figures: list[Figure] = []
    yield figures
    title = f"{CONTACTS} contacts, {DEALS} deals, median of {RUNS} requests (ms)"
    columns = f"{'':24} {'ours':>8} {'floor':>8} {'ratio':>6} {'CPU':>8} {'floor':>8} {'ratio':>6}"
    show(pytestconfig, [title, columns, *figures])


def measure(name: str, ours: Callable[[], Any], floor: Callable[[], Any]) -> Figure:
    """Take turns, so that a busy machine slows both alike."""
    taken: list[list[float]] = [[], [], [], []]
    for run in range(RUNS + 3):
        seconds, cpu, status = zip(*(_timed(act) for act in (ours, floor)), strict=True)
        assert set(status) <= {200, 201}
        # The first few warm up.
        for kept, value in zip(taken, (*seconds, *cpu), strict=True) if run >= 3 else ():
            kept.append(value * 1000)
    return Figure(name, *(statistics.median(kept) for kept in taken))


def _timed(act: Callable[[], Any]) -> tuple[float, float, int]:
    began, cpu = perf_counter(), process_time()
    status = act().status_code
    return perf_counter() - began, process_time() - cpu, status


def test_the_first_page_of_contacts(everybody: APIClient, table: list[Figure]) -> None:
    figure = measure("contacts", lambda: everybody.get("/api/v1/contacts/"), lambda: everybody.get("/floor/contacts/"))

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH


def test_the_first_page_of_ones_own_contacts(owner: APIClient, table: list[Figure]) -> None:
    figure = measure(
        "contacts, as a rep", lambda: owner.get("/api/v1/contacts/"), lambda: owner.get("/floor/own-contacts/")
    )

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH


def test_a_page_deep_down(everybody: APIClient, table: list[Figure]) -> None:
    row = Contact.objects.order_by("-created_at", "-id")[CONTACTS * 9 // 10]
    signer = signing.Signer(salt="cursor:contacts.contact:-created_at,-id")
    cursor = signer.sign_object([0, row.created_at.isoformat(), row.pk])

    figure = measure(
        "contacts, deep page",
        lambda: everybody.get("/api/v1/contacts/", {"cursor": cursor}),
        lambda: everybody.get("/floor/deep-page/", {"at": row.created_at.isoformat(), "id": row.pk}),
    )

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH


@pytest.mark.parametrize("word", ["c4711@", "wulandari 9", "nguyen"])
def test_search(everybody: APIClient, table: list[Figure], word: str) -> None:
    figure = measure(
        f"contacts, “{word}”",
        lambda: everybody.get("/api/v1/contacts/", {"search": word}),
        lambda: everybody.get("/floor/search/", {"search": word}),
    )

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH


def test_one_contact(everybody: APIClient, table: list[Figure]) -> None:
    pk = Contact.objects.values_list("pk", flat=True).order_by("pk")[CONTACTS // 2]

    figure = measure(
        "one contact",
        lambda: everybody.get(f"/api/v1/contacts/{pk}/"),
        lambda: everybody.get(f"/floor/contacts/{pk}/"),
    )

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH


def test_a_new_contact(everybody: APIClient, table: list[Figure]) -> None:
    def body() -> dict[str, Any]:
        number = next(_numbers)
        return {"full_name": f"New contact {number}", "emails": [f"new{number}@tandem.example"]}

    figure = measure(
        "a new contact",
        lambda: everybody.post("/api/v1/contacts/", body(), format="json"),
        lambda: everybody.post("/floor/add-contact/", body(), format="json"),
    )

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH


def test_the_first_page_of_deals(everybody: APIClient, table: list[Figure]) -> None:
    figure = measure("deals", lambda: everybody.get("/api/v1/deals/"), lambda: everybody.get("/floor/deals/"))

    table.append(figure)
    assert figure.ratio < FAR_TOO_MUCH
