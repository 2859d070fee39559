"""Every page in a real browser: no dead link or button, no word from elsewhere, no fault of access, light and dark."""

import json
import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIRequestContext, APIResponse

from tests.browser.conftest import ROLES, sign_in

HREF = re.compile(r"<a\b[^>]*?\bhref=\"([^\"#]+)")
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
INPUT = re.compile(r"<(?:input|textarea)\b([^>]*)>")
SELECT = re.compile(r"<select\b([^>]*)>(.*?)</select>", re.DOTALL)
OPTION = re.compile(r"<option\b([^>]*)>")
# What would end the walk: leaving, and changing the walker's own password.
NOT_WALKED = ("/admin/logout/", "/admin/password_change/")
# Links of campaigns lead to other sites, which is what they are for.
ELSEWHERE = ("/t/", "/x/")

# What every list has: its order, its pages, and where one came from.
EVERYWHERE = {"o", "p", "all", "_changelist_filters"}


def shape(url: str) -> str:
    """Return the address without what differs between two rows or two values of one filter."""
    parts = urlsplit(url)
    names = sorted({pair.split("=")[0] for pair in parts.query.split("&")} - EVERYWHERE)
    path = re.sub(r"\d+|/[A-Z]{3}(?=/)", "N", parts.path)
    return path + "?" + "&".join(names)


def walk(request: APIRequestContext, base: str) -> tuple[dict[str, APIResponse], list[tuple[str, str, int]]]:
    """Follow every link, one for each shape; return the pages by address, and the answers that were errors."""
    pages, faults, seen, waiting = {}, [], set(), [(base + "/admin/", "")]
    while waiting:
        url, source = waiting.pop(0)
        path = urlsplit(url).path
        if shape(url) in seen or path in NOT_WALKED or path.startswith(ELSEWHERE):
            continue
        seen.add(shape(url))
        answer = request.get(url)
        if answer.status >= 400:
            faults.append((url, source, answer.status))
        elif "text/html" in answer.headers.get("content-type", ""):
            pages[url] = answer
            links = [urljoin(answer.url, unescape(link)) for link in HREF.findall(answer.text())]
            waiting += [(link, url) for link in links if link.startswith(base + "/")]
    return pages, faults


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_each_role_leads_somewhere(role, house, page_as):
    page = page_as(role)

    pages, faults = walk(page.context.request, house.url)

    assert faults == []
    assert len(pages) > 20


def attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'([\w:-]+)="([^"]*)"', tag)}


def values(form: str) -> dict[str, str]:
    """Return what the form sends if one just presses its button; words where one must be written."""
    found = {}
    for tag in INPUT.findall(form):
        given = attributes(tag)
        kind = given.get("type", "text")
        if "name" not in given or "__prefix__" in given["name"] or kind in ("submit", "button", "file"):
            continue
        if kind in ("checkbox", "radio"):
            if re.search(r"\schecked(?=[\s>/]|$)", tag):
                found[given["name"]] = given.get("value", "on")
            continue
        written = "Written by the test" if re.search(r"\brequired\b", tag) and not given.get("value") else ""
        found[given["name"]] = given.get("value", written) or written
    for tag, options in SELECT.findall(form):
        all_options = [(attributes(option), "selected" in option) for option in OPTION.findall(options)]
        chosen = [each for each, is_chosen in all_options if is_chosen] or [each for each, _chosen in all_options]
        name = attributes(tag).get("name", "")
        if chosen and name and "__prefix__" not in name:
            found[name] = chosen[0].get("value", "")
    return found


def buttons(url: str, html: str) -> list[tuple[str, dict[str, str]]]:
    """Return where each form that has a button posts to, and what it sends."""
    found = []
    for tag, body in FORM.findall(html):
        given = attributes(tag)
        action = urljoin(url, given.get("action") or url)
        sends_a_file = given.get("enctype") == "multipart/form-data"
        has_button = 'type="submit"' in body or f'form="{given.get("id", "-")}"' in html
        if given.get("method", "get").lower() == "post" and has_button and not sends_a_file:
            found.append((action, values(body)))
    return found


# Pressed last: what they do takes other buttons away.
LAST = ("archive", "disable", "lose", "win", "retire", "take-person")


def test_every_button_that_posts_gets_an_answer(spare_house, chromium):
    """Presses each kind of button once, as somebody who has them all."""
    context = chromium.new_context(base_url=spare_house.url)
    sign_in(context.new_page(), spare_house.url, "admin@tandem.example")
    pages, _faults = walk(context.request, spare_house.url)
    kinds: dict[str, tuple[str, str, dict[str, str]]] = {}
    for url, answer in pages.items():
        for action, given in buttons(url, answer.text()):
            if urlsplit(action).path not in NOT_WALKED:
                kinds.setdefault(shape(urlsplit(action).path), (url, action, given))

    faults = []
    for source, action, given in sorted(kinds.values(), key=lambda kind: any(verb in kind[1] for verb in LAST)):
        answer = context.request.post(action, form=given, headers={"Referer": source})
        # A refusal that says why (409), or shows what is wrong (422), is an answer: no person fills in what this does.
        if answer.status >= 400 and answer.status not in (409, 422):
            faults.append((action, source, answer.status))

    assert faults == []
    assert len(kinds) > 30


# One row of the demo company for each kind of page.
ROWS = {
    "contact": "Contact.objects.filter(lifecycle_stage='customer', owner__isnull=False)",
    "company": "Company.objects.filter(lifecycle_stage='customer')",
    "user": "User.objects.filter(email='rep@tandem.example')",
    "team": "Team.objects.filter(parent__isnull=True)",
    "role": "Role.objects.filter(code='sales-rep')",
    "lifecyclechange": "LifecycleChange.objects.filter(cause_kind='deal')",
}


@pytest.fixture(scope="module")
def rows(house):
    pairs = ", ".join(f"'{name}': {query}.order_by('pk').first().pk" for name, query in ROWS.items())
    code = f"import json; from contacts.models import *; print(json.dumps({{{pairs}}}))"
    return json.loads(house.manage("shell", "--no-imports", "-v", "0", "-c", code).strip().splitlines()[-1])


PAGES = {
    "home": "/admin/",
    "contacts": "/admin/contacts/contact/?stage=lead&q=a",
    "contact": "/admin/contacts/contact/{contact}/change/",
    "new contact": "/admin/contacts/contact/add/",
    "companies": "/admin/contacts/company/",
    "company": "/admin/contacts/company/{company}/change/",
    "new company": "/admin/contacts/company/add/",
    "history": "/admin/contacts/company/{company}/history/",
    "changes": "/admin/contacts/lifecyclechange/",
    "change": "/admin/contacts/lifecyclechange/{lifecyclechange}/change/",
    "users": "/admin/contacts/user/",
    "user": "/admin/contacts/user/{user}/change/",
    "new user": "/admin/contacts/user/add/",
    "teams": "/admin/contacts/team/",
    "team": "/admin/contacts/team/{team}/change/",
    "roles": "/admin/contacts/role/",
    "role": "/admin/contacts/role/{role}/change/",
    "account": "/admin/account/",
    "two steps": "/admin/account/two-step/",
    "password": "/admin/password_change/",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_fault_of_access_and_fit_their_width(name, rows, page_as, faults_of_every_look):
    page = page_as("admin")
    page.goto(PAGES[name].format(**rows))

    assert faults_of_every_look(page) == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_homes_have_no_fault_of_access(role, page_as, faults):
    page = page_as(role)
    page.goto("/admin/")

    assert faults(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_door_has_no_fault_of_access(dark, page_as, faults, guard):
    page = page_as(None, dark=dark, width=390)
    page.goto("/admin/login/")
    assert faults(page) == []

    guard.expected.append("404")
    page.goto("/admin/nowhere/")
    assert faults(page) == []
