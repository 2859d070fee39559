"""What stays the same while a request is answered is asked once, and anew after it was changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.common.remembering import remembering
from deals.catalogue.choosing import make_company_currency
from deals.models import Currency, ExchangeRate
from tests.factories.campaigns import PlanFactory

pytestmark = pytest.mark.django_db


def queries(times):
    with CaptureQueriesContext(connection) as asked:
        for _time in range(times):
            Currency.objects.of_company()
    return len(asked)


def test_within_a_request_the_company_currency_is_asked_for_once():
    with remembering():
        assert queries(3) == 1
    with remembering():
        assert queries(1) == 1


def test_the_pages_are_answered_within_one(admin_as, mira):
    plan = PlanFactory(owner=mira)
    browser = admin_as(mira)

    with CaptureQueriesContext(connection) as asked:
        browser.get(f"/admin/campaigns/marketingplan/{plan.pk}/change/?tab=budget")

    assert len([each for each in asked if 'FROM "deals_currency"' in each["sql"]]) == 1


def test_outside_of_a_request_it_is_asked_for_each_time():
    assert queries(3) == 3


def test_a_currency_that_is_chosen_within_the_request_counts_at_once():
    ExchangeRate.objects.all().delete()
    with remembering():
        before = Currency.objects.of_company()
        chosen = Currency.objects.exclude(pk=before.pk)[0]
        make_company_currency(chosen)

        assert Currency.objects.of_company() == chosen
