"""Tracked links: where they lead for ever, what of their followers counts, and the words they tell other programs."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from campaigns.capture.linking import rename_link, retire_link
from campaigns.capture.refusing import CaptureRefused
from campaigns.capture.vocabulary import set_aliases, term_of
from campaigns.models import MarketingPolicy, Touch, TrackedLink, UtmTerm, Visitor
from tests.factories.campaigns import CampaignFactory
from tests.factories.campaigns_capture import BROWSER, link_to, stranger

pytestmark = pytest.mark.django_db


def follow(link: TrackedLink, client: Client | None = None, **headers: str):
    return (client or stranger()).get(f"/t/{link.code}", **headers)


# --- Where it leads ---------------------------------------------------------------------------------------------------


def test_a_follower_is_sent_on_at_once_with_our_utm_parameters():
    link = link_to("https://shop.example/a?size=9&utm_campaign=old#top", campaign=CampaignFactory(code="spring"))

    answer = follow(link)

    there = urlsplit(answer["Location"])
    assert (answer.status_code, there.hostname, there.fragment) == (302, "shop.example", "top")
    told = parse_qs(there.query)
    assert (told["size"], told["utm_campaign"], told["utm_medium"]) == (["9"], ["spring"], ["social"])
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "destination",
    [
        "javascript:alert(1)",
        "//evil.example",
        "ftp://a.example/x",
        "https://good.example@evil.example/",
        "/admin/",
        "x",
    ],
)
def test_a_link_leads_to_a_plain_web_address_only(destination):
    with pytest.raises(CaptureRefused) as refusal:
        link_to(destination)

    assert refusal.value.code == "link_no_web_address"


def test_a_link_never_leads_to_a_tracked_link(settings):
    with pytest.raises(CaptureRefused):
        link_to(f"{settings.SITE_URL}/t/abcdefg")


def test_where_it_leads_can_be_changed_neither_by_saving_nor_in_bulk():
    link = link_to()
    link.destination = "https://evil.example/"

    with pytest.raises(TypeError):
        link.save(update_fields=["destination"])
    with pytest.raises(TypeError):
        link.save()
    with pytest.raises(TypeError):
        TrackedLink.objects.update(destination="https://evil.example/")
    assert rename_link(link, "Other name").destination == "https://shop.example/offer"


@pytest.mark.parametrize("change", ["destination = 'https://evil.example/'", "code = 'other'", "medium_id = NULL"])
def test_where_it_leads_can_not_be_changed_by_plain_sql(change):
    link = link_to()

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"UPDATE campaigns_trackedlink SET {change} WHERE id = {link.pk}")


def test_what_is_not_fixed_of_a_link_changes_by_plain_sql():
    link = link_to()

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE campaigns_trackedlink SET name = 'Other' WHERE id = {link.pk}")

    assert TrackedLink.objects.get().name == "Other"


def test_where_it_leads_can_be_changed_neither_in_the_api_nor_in_the_admin(api_as, admin_as, mira):
    link = link_to()

    answer = api_as(mira).patch(f"/api/v1/links/{link.pk}/", {"destination": "https://evil.example/"}, format="json")
    admin_as(mira).post(
        f"/admin/campaigns/trackedlink/{link.pk}/change/",
        {"name": "Renamed", "destination": "https://evil.example/", "is_active": "on", "version": link.version},
    )

    link.refresh_from_db()
    assert answer.status_code == 400
    assert (link.name, link.destination) == ("Renamed", "https://shop.example/offer")


def test_an_unknown_code_is_a_plain_404_without_a_cookie():
    answer = stranger().get("/t/nothing")

    assert answer.status_code == 404
    assert not answer.cookies


# --- What counts ------------------------------------------------------------------------------------------------------


def test_a_click_is_a_touch_of_a_visitor_with_a_random_cookie():
    link = link_to()

    answer = follow(link)

    touch = Touch.objects.get()
    cookie = answer.cookies["tandem_visitor"]
    assert (touch.kind, touch.source, touch.contact, touch.campaign) == ("click", "link", None, link.campaign)
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (touch.visitor.key, True, "Lax")


def test_a_printed_code_counts_as_print():
    follow(link_to(is_print_code=True))

    assert Touch.objects.get().kind == "print"


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"HTTP_USER_AGENT": "facebookexternalhit/1.1"},
        {"HTTP_USER_AGENT": "curl/8.5.0"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_X_MOZ": "prefetch"},
    ],
)
def test_programs_and_browsers_that_look_ahead_are_sent_on_and_not_counted(headers):
    answer = follow(link_to(), Client(**{"HTTP_USER_AGENT": BROWSER, **headers}))

    assert answer.status_code == 302
    assert not Touch.objects.exists()
    assert not Visitor.objects.exists()


def test_head_is_answered_and_not_counted():
    assert stranger().head(f"/t/{link_to().code}").status_code == 302
    assert not Touch.objects.exists()


def test_a_double_click_counts_once_and_a_later_click_again():
    link, client = link_to(), stranger()
    pause = MarketingPolicy.objects.current().double_click_seconds

    follow(link, client)
    assert follow(link, client).status_code == 302
    assert Touch.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=pause + 1)):
        follow(link, client)

    assert Touch.objects.count() == 2
    assert Visitor.objects.count() == 1


def test_a_retired_link_leads_on_and_counts_no_more():
    link = link_to()
    retire_link(link)

    assert follow(link)["Location"].startswith("https://shop.example/offer")
    assert not Touch.objects.exists()


def test_a_made_up_cookie_makes_a_visitor_with_a_key_of_ours():
    client = stranger()
    client.cookies["tandem_visitor"] = "made-up"

    answer = follow(link_to(), client)

    assert answer.cookies["tandem_visitor"].value == Visitor.objects.get().key != "made-up"


# --- The vocabulary ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["facebook", "FB", " Facebook.com "])
def test_every_spelling_becomes_the_known_value(spelling):
    assert term_of("source", spelling).value == "facebook"


def test_what_stands_in_the_destination_is_read_by_the_vocabulary():
    assert link_to("https://shop.example/?utm_source=FB").source.value == "facebook"


def test_an_unknown_value_is_refused_with_the_known_ones_named():
    with pytest.raises(CaptureRefused) as refusal:
        link_to(source="my-special-source")

    assert refusal.value.code == "utm_unknown"
    assert "newsletter" in refusal.value.sentence


def test_a_spelling_stands_for_one_value_only():
    term = UtmTerm.objects.get(parameter="source", value="google")

    with pytest.raises(CaptureRefused) as refusal:
        set_aliases(term, ["fb"])

    assert refusal.value.code == "utm_alias_taken"


@pytest.mark.parametrize(
    ("agent", "counted"),
    [
        ("", 0),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0 Safari/537.36", 0),
        ("Mediapartners-Google", 0),
        ("Scrapy/2.5", 0),
        ("Ruby", 0),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5134; Pro)", 0),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Outlook-iOS/2", 1),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", 1),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1", 1),
    ],
)
def test_programs_do_not_count_and_phones_do(agent, counted):
    follow(link_to(), HTTP_USER_AGENT=agent)

    assert Touch.objects.count() == counted


@pytest.mark.parametrize("own", ["HTTP://Testserver/t/abc", "http://localhost:9000/t/abc", "https://127.0.0.1/t/abc"])
def test_no_spelling_of_a_tracked_link_is_a_destination(own, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    with pytest.raises(CaptureRefused) as refusal:
        link_to(own)
    assert refusal.value.code == "link_leads_to_link"


@pytest.mark.parametrize("destination", ["https://a.example:99999/", "http://[half"])
def test_an_impossible_address_is_refused(destination):
    with pytest.raises(CaptureRefused) as refusal:
        link_to(destination)
    assert refusal.value.code == "link_no_web_address"
