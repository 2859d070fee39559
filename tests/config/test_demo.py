"""The demo company is loaded once, as history, and not at all where it is not allowed."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from config.common import demo
from contacts.models import User
from deals.models import Currency, ExchangeRate

pytestmark = pytest.mark.django_db


def test_it_is_refused_where_it_is_not_allowed(settings: Any) -> None:
    settings.DEMO_COMPANY_ALLOWED = False

    with pytest.raises(CommandError, match="not loaded in production"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_beside_records_that_clash_it_says_so_and_leaves_nothing() -> None:
    currency = Currency.objects.get(code="IDR")
    for ago in range(40):
        ExchangeRate.objects.create(
            currency=currency, valid_from=timezone.localdate().replace(day=1) - timedelta(days=ago), rate=1
        )

    with pytest.raises(CommandError, match="does not fit beside"):
        call_command("load_demo")

    assert not demo.is_loaded()


def test_other_people_sign_in_to_production(settings: Any) -> None:
    settings.DEMO_COMPANY_ALLOWED = False
    User.objects.create_user("ani@tandem.test", "secret", name="Ani")

    assert authenticate(username="ani@tandem.test", password="secret") is not None
