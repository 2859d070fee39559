"""Attribution on the pages of staff: side by side, what was left out, where an invoice came from."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.attribution import sharing
from campaigns.models import AttributionModel, AttributionRun, Share
from contacts.models import User
from deals.billing.paying import pay
from tests.factories.billing import issued, line
from tests.factories.campaigns import CampaignFactory
from tests.factories.campaigns_attribution import model_of, touched, won_deal
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
AdminAs = Callable[[User], Client]


@pytest.fixture
def spring() -> Any:
    """A campaign with two touches of Anna, whose deal was billed and paid; another deal has no touch."""
    spring, anna = CampaignFactory(name="Spring promo"), ContactFactory(full_name="Anna Berg")
    touched(anna, 5, 2, campaign=spring)
    deal = won_deal(100, anna)
    won_deal(55)
    return spring, deal, anna


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_models_stand_side_by_side_with_version_settings_and_what_was_left_out(
    admin_as: AdminAs, mira: User, spring: Any
) -> None:
    sharing.run(model_of("linear"))

    page = text_of(admin_as(mira).get(reverse("admin:attribution")))

    assert "linear won v1" in page
    assert "Spring promo" in page
    assert "$100.00" in page
    assert "1 won deal has no touch in the window" in page
    assert "window of 180 days, only what people did" in page
    assert "Last touch · never run" in page


def test_a_marketer_runs_a_model_now_and_a_rep_may_not(admin_as: AdminAs, mira: User, rani: User, spring: Any) -> None:
    model = AttributionModel.objects.get(method="last")
    address = reverse("admin:attribution_run", args=[model.pk])

    page = admin_as(mira).post(address, follow=True)
    refused = admin_as(rani).post(address)

    assert "Last touch v1 is made" in text_of(page)
    assert AttributionRun.objects.get().by == mira
    assert refused.status_code in (403, 404)


def test_an_invoice_and_its_payment_tell_where_they_came_from(
    admin_as: AdminAs, fina: User, ana: User, spring: Any
) -> None:
    _campaign, deal, anna = spring
    invoice = issued([line(61)], deal=deal, contact=anna)
    payment = pay(invoice, amount=Decimal(61), by=fina)
    sharing.run(AttributionModel.objects.get(method="linear"))
    sharing.choose_default(AttributionModel.objects.get(method="linear"))

    for row in (deal, invoice, payment):
        page = text_of(admin_as(ana).get(reverse(f"admin:deals_{row._meta.model_name}_change", args=[row.pk])))
        assert "Where it came from (Linear v1)" in page
        assert "Spring promo · E-mail" in page
        assert "$30.50 (50 %)" in page
        assert "Touch 1 of 2, and all have the same. It was 5 days before the deal was won." in page


def test_lists_behind_the_figures_open(admin_as: AdminAs, mira: User, spring: Any) -> None:
    run = sharing.run(model_of("linear"))
    client = admin_as(mira)

    shares = client.get(reverse("admin:campaigns_share_changelist"), {"run": run.pk, "touch__campaign": spring[0].pk})
    lonely = client.get(
        reverse("admin:campaigns_rundeal_changelist"), {"run": run.pk, "is_touched": 0, "amount__isnull": 0}
    )

    assert "2 shares" in text_of(shares)
    assert "1 won deal" in text_of(lonely)
    for name, pk in (
        ("share", Share.objects.all()[0].pk),
        ("attributionrun", run.pk),
        ("attributionmodel", run.model_id),
    ):
        assert client.get(reverse(f"admin:campaigns_{name}_change", args=[pk])).status_code == 200
    assert "1 run" in text_of(client.get(reverse("admin:campaigns_attributionrun_changelist"), {"model": run.model_id}))
    assert "8 models; shown first: Last touch" in text_of(
        client.get(reverse("admin:campaigns_attributionmodel_changelist"))
    )


def test_one_row_costs_as_many_queries_as_many(
    admin_as: AdminAs, ana: User, spring: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        touched(spring[2], 1)
    sharing.run(model_of("linear"))
    client = admin_as(ana)
    client.get(reverse("admin:attribution"))

    with django_assert_max_num_queries(25):
        client.get(reverse("admin:attribution"))
    with django_assert_max_num_queries(15):
        client.get(reverse("admin:campaigns_share_changelist"))


def test_a_touch_tells_what_it_is_owed(admin_as: AdminAs, mira: User, spring: Any) -> None:
    run = sharing.run(model_of("linear"))
    touch = run.shares.all()[0].touch

    page = text_of(admin_as(mira).get(reverse("admin:campaigns_touch_change", args=[touch.pk])))

    assert "linear won v1" in page
    assert "$50.00" in page
