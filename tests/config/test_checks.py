"""System checks: each wrong combination of settings is named by its id, and a right one by none."""

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from config.common import checks as house_checks
from config.common import demo
from contacts.models import User

ROOT = Path(__file__).resolve().parents[2]
REDIS = "redis://127.0.0.1:6379/0"
PRODUCTION = {
    "SECRET_KEY": "a-secret-of-production-that-is-long-enough-and-has-many-different-letters",
    "DATABASE_URL": "postgres://tandem@db.example:5432/tandem",
    "CELERY_BROKER_URL": REDIS,
    "ALLOWED_HOSTS": "tandem.example",
    "SITE_URL": "https://tandem.example",
    "EMAIL_HOST": "mail.example",
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
}


def found(databases: list[str] | None = None) -> set[str]:
    messages = checks.run_checks(include_deployment_checks=True, databases=databases)
    return {str(message.id) for message in messages if str(message.id).startswith("tandem.")}


@pytest.fixture
def production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of a sound production, as far as our checks look at them."""
    settings.DEMO_COMPANY_ALLOWED = False
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.CELERY_BROKER_URL = REDIS
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": settings.CELERY_TASK_TIME_LIMIT * 2}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS}}
    settings.SITE_URL, settings.EMAIL_HOST = "https://tandem.example", "mail.example"
    return settings


def test_a_sound_production_has_nothing_to_say(production: Any) -> None:
    assert found() == set()


def test_the_settings_of_development_and_tests_pass() -> None:
    assert found() == set()


def test_production_on_sqlite_is_warned_of(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(production.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    assert found() == {"tandem.W001"}


def test_the_embedded_broker_is_refused_in_production(production: Any) -> None:
    production.CELERY_BROKER_URL = "filesystem://"

    assert found() == {"tandem.E002"}


def test_debug_is_refused_in_production(production: Any) -> None:
    production.DEBUG = True

    assert found() == {"tandem.E003"}


def test_a_cache_for_each_process_is_warned_of(production: Any) -> None:
    production.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    assert found() == {"tandem.W004"}


def test_a_visibility_timeout_below_the_longest_task_is_refused(production: Any) -> None:
    production.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": production.CELERY_TASK_TIME_LIMIT}

    assert found() == {"tandem.E005"}


@pytest.mark.parametrize("address", ["", "tandem.example"])
def test_a_production_without_its_own_address_is_refused(production: Any, address: str) -> None:
    production.SITE_URL = address

    assert found() == {"tandem.E006"}


def test_a_production_without_a_mail_server_is_warned_of(production: Any) -> None:
    production.EMAIL_HOST = "localhost"

    assert found() == {"tandem.W007"}


@pytest.mark.django_db
def test_demo_logins_in_a_production_database_are_refused(production: Any) -> None:
    User.objects.create_user(f"admin{demo.DOMAIN}", demo.PASSWORD, name="Admin")

    assert found(["default"]) == {"tandem.E001"}


@pytest.mark.django_db
def test_a_production_database_without_demo_logins_passes(production: Any) -> None:
    User.objects.create_user("ani@tandem.test", "secret", name="Ani")

    assert found(["default"]) == set()


@pytest.mark.django_db
def test_migrating_a_production_database_with_demo_logins_is_refused(settings: Any) -> None:
    User.objects.create_user(f"admin{demo.DOMAIN}", demo.PASSWORD, name="Admin")
    settings.DEMO_COMPANY_ALLOWED = False

    with pytest.raises(SystemCheckError, match="E001"):
        call_command("migrate", verbosity=0, skip_checks=False)


def test_every_check_has_an_id_of_its_own() -> None:
    ids = [part.split('"')[0] for part in inspect.getsource(house_checks).split('id="')[1:]]

    assert len(ids) == len(set(ids))
    assert all(each.startswith("tandem.") for each in ids)


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=kept | {"TANDEM_BOOTSTRAP": "off"} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_djangos_own_checks_of_a_deployment_find_nothing_in_our_production() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "ALLOWED_HOSTS"])
def test_a_production_without_a_secret_refuses_to_start_and_names_it(name: str) -> None:
    started = manage("check", **{key: value for key, value in PRODUCTION.items() if key != name})

    assert started.returncode != 0
    assert f"{name} is not set" in started.stderr
