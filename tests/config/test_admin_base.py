"""The admin's shared manners: the sidebar, pages that say what is wrong, history told to a reader, charts, dates."""

import json
import re
from datetime import date, datetime
from html import unescape

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from config.common.admin.home import Chart
from config.common.admin.versions import moment_of
from config.common.history import LONGEST_REASON, as_reason, part_change, reference, steps
from contacts.people.editing import change_company
from tests.factories.contacts import CompanyFactory, ContactFactory

ROLES = ["ana", "mira", "rani", "maya", "fina"]


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def entries(html):
    """The sidebar's entries: address, and whether it is marked as the current one."""
    sidebar = html[html.index('id="nav-sidebar-apps"') : html.index("openUserLinks")]
    found = re.findall(r'<a\b([^>]*\bhref="(/admin/[^"]*)"[^>]*)', sidebar)
    return [(unescape(href), re.search(r'class="[^"]*\bactive\b', tag) is not None) for tag, href in found]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ROLES)
def test_everything_in_the_sidebar_may_be_opened_and_is_then_the_one_that_is_marked(who, request, admin_as):
    browser = admin_as(request.getfixturevalue(who))
    links = [href for href, _marked in entries(browser.get("/admin/").content.decode())]

    assert links[0] == "/admin/"
    for link in links:
        answer = browser.get(link, follow=True)
        assert answer.status_code == 200, link
        assert [href for href, marked in entries(answer.content.decode()) if marked] == [link]


@pytest.mark.django_db
def test_only_who_sets_the_house_up_sees_the_set_up(rani, ana, admin_as):
    shown = {
        who: [href for href, _marked in entries(admin_as(who).get("/admin/").content.decode())] for who in (rani, ana)
    }

    assert "/admin/contacts/user/" in shown[ana]
    assert not {"/admin/contacts/user/", "/admin/contacts/role/", "/admin/contacts/team/"} & set(shown[rani])


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["otp_totp/totpdevice/", "knox/authtoken/", "auth/group/", "axes/accessattempt/"])
def test_pages_that_libraries_bring_are_not_there_for_anybody(url, ana, admin_as):
    assert admin_as(ana).get(f"/admin/{url}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "status", "sentence"),
    [
        ("/admin/contacts/contact/999/change/", 404, "There is nothing here"),
        ("/admin/contacts/contact/x%00/change/", 404, "There is nothing here"),
        ("/admin/nowhere/", 404, "There is nothing here"),
        ("/admin/contacts/role/", 403, "Your role doesn't allow this"),
        ("/admin/contacts/contact/?owner__password=x", 400, "can't be understood"),
        ("/admin/contacts/contact/1/advance/", 405, ""),
    ],
)
def test_what_can_not_be_answered_gets_a_page_that_says_so(url, status, sentence, rani, admin_as):
    answer = admin_as(rani).get(url)

    assert answer.status_code == status
    assert sentence in text_of(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/admin/contacts/", "/admin/deals/", "/admin/login/"])
def test_addresses_of_apps_and_of_the_door_lead_home(url, rani, admin_as):
    assert admin_as(rani).get(url).url == "/admin/"


@pytest.mark.django_db
def test_what_is_found_stands_before_what_may_be_made(rani, admin_as):
    CompanyFactory(name="Acme", owner=rani)
    browser = admin_as(rani)

    told = text_of(browser.get("/admin/search/?extended=1&s=acme"))

    assert told.index("Acme") < told.index("New contact “acme”")
    assert "New company “Beta & Co”" in text_of(browser.get("/admin/search/?extended=1&s=new+company+Beta+%26+Co"))
    assert "New contact" not in text_of(browser.get("/admin/search/?extended=1&s=new+company+Beta"))
    assert "Nothing found" in text_of(browser.get("/admin/search/?extended=1&s=new+thing+x"))
    assert browser.get("/admin/search/?s=%00").content == b""


@pytest.mark.django_db
def test_who_may_only_look_is_offered_nothing_to_make(fina, admin_as):
    assert "Nothing found" in text_of(admin_as(fina).get("/admin/search/?extended=1&s=acme"))


# --- History --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_history_is_told_in_the_readers_words_and_hides_what_they_can_not_see(rani, bima, ana):
    secret = CompanyFactory(name="Secret", owner=bima)
    acme = CompanyFactory(name="Acme", owner=rani)
    change_company(acme, {"parent": secret, "employees": 5, "country": "ID"})

    told = {who: [str(change) for change in steps(acme, reader=who)[0].changes] for who in (rani, ana)}

    assert told[ana] == [
        "employees from “–” to “5”",
        "country from “–” to “ID”",
        "parent company from “–” to “Secret”",
    ]
    assert told[rani][-1] == "parent company from “–” to “a record you can't see”"


@pytest.mark.django_db
def test_a_note_on_parts_names_records_only_to_those_who_see_them(rani, bima, ana):
    hidden = CompanyFactory(name="Secret", owner=bima)
    contact = ContactFactory(owner=rani)
    contact._change_reason = as_reason([part_change("employments", "", f"{reference(hidden)} Buyer")])
    contact.save(update_fields=["updated_at"])

    assert [str(change) for change in steps(contact, reader=ana)[0].changes] == [
        "employment from “–” to “Secret Buyer”"
    ]
    assert [change.new for change in steps(contact, reader=rani)[0].changes] == ["a record you can't see Buyer"]


@pytest.mark.parametrize("size", [1, 40, 60, 500])
def test_a_note_fits_its_column_however_long_the_values(size):
    note = part_change("emails", "a" * size, "b|\n" * size)

    assert len(as_reason([note, note, note])) <= LONGEST_REASON
    assert len(note.split("|")) == 3


@pytest.mark.parametrize("version", ["", "x", "1-x", "1-", "1-99999999999999999999", "1-²"])
def test_a_version_that_is_none_is_read_as_none(version):
    assert moment_of(version) is None


def test_a_version_tells_its_moment():
    version = f"7-{int(datetime(2026, 1, 2, tzinfo=timezone.get_fixed_timezone(0)).timestamp() * 1_000_000)}"

    assert moment_of(version).date() == date(2026, 1, 2)


# --- Charts and dates -----------------------------------------------------------------------------------------------


def test_a_chart_carries_its_figures_as_a_table():
    chart = Chart("Deals", ["Jan", "Feb"], [("Won", [1, 2000]), ("Lost", [0, 3])], links=["/jan/"])

    assert chart.head == ["", "Won", "Lost"]
    assert chart.rows == [("/jan/", "Jan", ["1", "0"]), ("", "Feb", ["2,000", "3"])]
    assert [each["data"] for each in json.loads(chart.data)["datasets"]] == [[1.0, 2000.0], [0.0, 3.0]]
    assert not chart.is_empty


def test_a_chart_of_zeros_is_empty_and_the_axes_are_said_in_full():
    chart = Chart("Deals", ["Jan"], [("Won", [0])], horizontal=True)

    assert chart.is_empty
    assert {"x", "y"} <= json.loads(chart.options)["scales"].keys()


@pytest.mark.parametrize(
    ("language", "text"), [("en", "3 Nov 2026, 09:05"), ("id", "3 Nov 2026, 09.05"), ("vi", "03/11/2026, 09:05")]
)
def test_dates_can_not_be_misread(language, text):
    moment = datetime(2026, 11, 3, 9, 5)  # noqa: DTZ001  as a clock shows it

    with translation.override(language):
        assert date_format(moment, "SHORT_DATETIME_FORMAT") == text
