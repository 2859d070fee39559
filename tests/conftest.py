"""The fixed cast of the tests, and what every test may lean on.

Ana administers and sees all. Rani and Bima are reps who see their own. Maya manages the team that Rani is in. Mira
markets, Fina does finance. Iris is an integration with a token.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from django.db import connection, transaction
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from contacts.models import Team, User
from tests.factories.contacts import UserFactory

HERE = Path(__file__).parent
# Files whose tests are ``alike``; pages of the admin too: on PostgreSQL the walks see them all.
ALIKE = re.compile(
    r"architecture/|admin|config/test_(bootstrap|api_schema|api_pages|checks|settings)"
    r"|contacts/test_import_(reading|anything)|deals/test_(pdf|totals|words|report_page|quote_page)"
)
# What takes longest begins first, so that no process of two has to wait for the other at the end.
LONGEST = ("browser", "crawl", "reliability")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    on_postgres = connection.vendor == "postgresql"
    for item in items:
        if ALIKE.search(str(item.path.relative_to(HERE))) and not item.get_closest_marker("crawl"):
            item.add_marker(pytest.mark.alike)
        if not on_postgres and (item.get_closest_marker("postgres") or item.get_closest_marker("benchmark")):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL"))
    yield
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in LONGEST))


@pytest.fixture
def ana(db: None) -> User:
    return UserFactory(name="Ana", role="administrator")


@pytest.fixture
def maya(db: None) -> User:
    return UserFactory(name="Maya", role="sales-manager")


@pytest.fixture
def java(maya: User) -> Team:
    return Team.objects.create(name="Java", manager=maya)


@pytest.fixture
def rani(java: Team) -> User:
    return UserFactory(name="Rani", role="sales-rep", team=java)


@pytest.fixture
def bima(db: None) -> User:
    return UserFactory(name="Bima", role="sales-rep", team=Team.objects.create(name="Bali"))


@pytest.fixture
def mira(db: None) -> User:
    return UserFactory(name="Mira", role="marketer")


@pytest.fixture
def fina(db: None) -> User:
    return UserFactory(name="Fina", role="finance")


@pytest.fixture
def iris(db: None) -> User:
    return UserFactory(name="Iris", role="integration", is_service=True)


@pytest.fixture
def api_as() -> Callable[[User], APIClient]:
    """An API client that calls with a token of the given user."""

    def client(user: User) -> APIClient:
        _stored, token = AuthToken.objects.create(user=user)
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return api

    return client


@pytest.fixture
def admin_as() -> Callable[[User], Client]:
    """A browser-like client, signed in to the admin as the given user."""

    def client(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="contacts.staff.backends.StaffBackend")
        return browser

    return client


@pytest.fixture(scope="session", autouse=True)
def flush_frozen_rows(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Let the tests' own emptying of tables pass the triggers that freeze rows, and on PostgreSQL be a quick one."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("SHOW is_superuser")
            if cursor.fetchone() == ("on",):
                connection.ops.sql_flush = _delete_all  # type: ignore[method-assign]
    else:
        connection.ops.execute_sql_flush = _flush_without_triggers  # type: ignore[method-assign]


def _delete_all(style: Any, tables: list[str], **kwargs: bool) -> list[str]:
    """Return what empties tables, past their triggers. To truncate 150 that are nearly empty takes much longer."""
    quoted = [connection.ops.quote_name(table) for table in tables]
    return ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {table}" for table in quoted)]


def _flush_without_triggers(statements: list[str]) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
        for _name, sql in triggers:
            cursor.execute(sql)
