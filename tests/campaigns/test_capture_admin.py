"""Links, forms, touches and what was posted, in the back office and for integrations: shown, made, counted."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.capture.form import AskFor
from campaigns.execution.content import add_content
from campaigns.models import FormField, Submission, TrackedLink, WebForm
from contacts.models import ConsentPurpose
from tests.factories.campaigns import CampaignFactory, TouchFactory, channel
from tests.factories.campaigns_capture import fill_in, form_asking, link_to

pytestmark = pytest.mark.django_db
LISTS = ("trackedlink", "webform", "submission", "touch", "utmterm")


@pytest.fixture(autouse=True)
def forgetful_cache() -> None:
    cache.clear()


def some_of_each() -> None:
    link = link_to()
    TouchFactory(link=link)
    fill_in(
        form_asking(AskFor.NAME, AskFor.CHOICE, consents=("newsletter",)),
        f"a{link.pk}@acme.example",
        name="A",
        choice="Large",
        agree="newsletter",
    )


@pytest.mark.parametrize("model", LISTS)
def test_every_list_and_page_opens_and_costs_the_same_for_many_rows(admin_as, mira, model):
    page = admin_as(mira)
    some_of_each()

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert page.get(f"/admin/campaigns/{model}/").status_code == 200
        return len(queries)

    cost()
    one = cost()
    some_of_each()
    some_of_each()

    assert cost() == one
    row: Any = {"trackedlink": TrackedLink, "webform": WebForm, "submission": Submission}.get(model)
    if row is not None:
        assert page.get(f"/admin/campaigns/{model}/{row.objects.first().pk}/change/").status_code == 200
    if model in ("trackedlink", "webform"):
        assert page.get(f"/admin/campaigns/{model}/add/").status_code == 200


def test_a_marketer_makes_a_link_and_gets_its_address_and_qr_code(admin_as, mira):
    page, campaign = admin_as(mira), CampaignFactory()
    leaflet = add_content(campaign, title="Leaflet", by=mira)

    page.post("/admin/campaigns/trackedlink/add/", {
        "name": "Flyer", "destination": "https://shop.example/", "campaign": campaign.pk, "content": leaflet.pk,
        "channel": channel("print").pk, "is_print_code": "on",
    })  # fmt: skip

    link = TrackedLink.objects.get()
    shown = page.get(f"/admin/campaigns/trackedlink/{link.pk}/change/").content.decode()
    code = page.get(f"/admin/campaigns/trackedlink/{link.pk}/qr.svg")
    assert (link.created_by, link.is_print_code, link.medium.value, link.content) == (mira, True, "print", leaflet)
    assert f"/t/{link.code}" in shown
    assert (code["Content-Type"], code.content[:5]) == ("image/svg+xml", b"<?xml")


def test_a_marketer_builds_a_form_with_fields_and_consents(admin_as, mira):
    page, campaign = admin_as(mira), CampaignFactory()
    newsletter = ConsentPurpose.objects.get(code="newsletter")
    inlines = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}

    page.post("/admin/campaigns/webform/add/", {
        "name": "Catalogue", "slug": "catalogue", "title": "Get it", "campaign": campaign.pk, "language": "id",
        "channel": channel("internet").pk, "is_active": "on", "embedding_sites": "https://acme.example/",
        **{f"fields-{name}": value for name, value in inlines.items()},
        **{f"consents-{name}": value for name, value in inlines.items()},
        "fields-0-position": "0", "fields-0-asks_for": "name", "fields-0-is_required": "on",
        "consents-0-position": "0", "consents-0-purpose": newsletter.pk,
    })  # fmt: skip

    form = WebForm.objects.get()
    shown = page.get(f"/admin/campaigns/webform/{form.pk}/change/").content.decode()
    assert (form.sites, form.fields.get().asks_for, form.consents.get().purpose) == (
        ["https://acme.example"], "name", newsletter,
    )  # fmt: skip
    assert "&lt;iframe" in shown


@pytest.mark.parametrize("site", ["https://a.example/path", "*", "https://a.example; script-src *", "javascript:x"])
def test_a_site_that_may_embed_is_an_origin_and_nothing_else(api_as, mira, site):
    form = form_asking()

    answer = api_as(mira).patch(f"/api/v1/forms/{form.pk}/", {"embedding_sites": site}, format="json")

    assert answer.status_code == 400


def test_an_integration_makes_changes_and_closes_a_form(api_as, iris):
    api, campaign = api_as(iris), CampaignFactory()
    newsletter = ConsentPurpose.objects.get(code="newsletter")

    made = api.post("/api/v1/forms/", {
        "name": "Catalogue", "slug": "catalogue", "title": "Get it", "campaign": campaign.pk,
        "channel": channel("internet").pk, "fields_asked": [{"asks_for": "name"}, {"asks_for": "phone"}],
        "consents": [{"purpose": newsletter.pk, "is_required": True}],
    }, format="json")  # fmt: skip
    kept = made.json()["fields_asked"][1]["id"]
    changed = api.patch(
        f"/api/v1/forms/{made.json()['id']}/",
        {"fields_asked": [{"id": kept, "asks_for": "phone", "is_required": True}, {"asks_for": "company"}]},
        format="json",
    )
    closed = api.post(f"/api/v1/forms/{made.json()['id']}/close/")

    assert (made.status_code, changed.status_code, closed.json()["is_active"]) == (201, 200, False)
    assert [field.asks_for for field in FormField.objects.all()] == ["phone", "company"]
    assert FormField.objects.get(asks_for="phone").pk == kept


def test_an_integration_reads_what_was_posted_by_label(api_as, iris):
    form = form_asking(AskFor.CHOICE)
    fill_in(form, "anna@acme.example", choice="Large")

    row = api_as(iris).get(f"/api/v1/submissions/?form={form.pk}").json()["results"][0]

    assert (row["state"], row["answers"]) == ("accepted", {"Which size?": "Large"})


def test_links_of_the_api_name_their_words_and_refuse_unknown_ones(api_as, iris):
    api, given = api_as(iris), {"name": "Post", "destination": "https://shop.example/", "channel": channel("social").pk}
    given["campaign"] = CampaignFactory(code="spring").pk

    made = api.post("/api/v1/links/", {**given, "source": "FB"}, format="json")
    refused = api.post("/api/v1/links/", {**given, "source": "unheard-of"}, format="json")
    retired = api.post(f"/api/v1/links/{made.json()['id']}/retire/")

    assert (made.status_code, made.json()["source"], made.json()["touches"]) == (201, "facebook", 0)
    assert "utm_campaign=spring" in made.json()["leads_to"]
    assert (refused.status_code, refused.json()["code"]) == (409, "utm_unknown")
    assert retired.json()["is_active"] is False


def test_a_country_that_was_answered_is_named_for_its_reader_and_coded_for_integrations(admin_as, api_as, mira):
    form = form_asking("country")
    fill_in(form, "anna@acme.example", country="ID")
    post = Submission.objects.get()

    page = admin_as(mira).get(f"/admin/campaigns/submission/{post.pk}/change/").content.decode()
    assert ">Indonesia<" in page
    assert api_as(mira).get(f"/api/v1/submissions/{post.pk}/").json()["answers"] == {"Country": "ID"}


@pytest.mark.parametrize("page", ["trackedlink/add/", "experiment/", "cost/", "cost/add/", "touch/"])
@pytest.mark.parametrize("campaign", ["9" * 30, "9" * 5000, "%C2%B2", "-1", "x"])
@pytest.mark.parametrize("name", ["campaign", "plan", "channel"])
def test_no_id_in_an_address_breaks_a_page(admin_as, mira, page, name, campaign):
    answer = admin_as(mira).get(f"/admin/campaigns/{page}?{name}={campaign}", follow=True)

    assert answer.status_code in (200, 400)
