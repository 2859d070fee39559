"""The pages of contacts and companies: adding with few fields, changing with parts, verbs, and what a refusal says."""

import re
from html import unescape

import pytest
from django.urls import reverse

from contacts.admin.parts import parts_of
from contacts.lifecycle.models import LifecycleChange
from contacts.models import Company, Contact, ContactEmail, ContactPhone, Employment, Note
from contacts.people.archiving import archive
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db

ADD = "/admin/contacts/contact/add/"


def page_of(row):
    return reverse(f"admin:contacts_{row._meta.model_name}_change", args=[row.pk])


def verb(row, name):
    return reverse(f"admin:contacts_{row._meta.model_name}_{name}", args=[row.pk])


def form_of(browser, url):
    """The values that a browser would send back if nobody typed anything."""
    html = browser.get(url).content.decode()
    form = html[re.search(r'id="(?:contact|company)_form"', html).start() :]
    form = form[: form.index("</form>")]
    values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = {key: unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        is_box = found.get("type") == "checkbox"
        if "name" in found and "__prefix__" not in found["name"] and (not is_box or " checked" in tag):
            values[found["name"]] = found.get("value", "on" if is_box else "")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]*selected', body)
        if "__prefix__" not in name:
            values[name] = chosen[1] if chosen else ""
    return values


def sentences(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- Adding ---------------------------------------------------------------------------------------------------------


def test_a_contact_is_added_with_a_company_that_is_made_on_the_way(rani, admin_as):
    given = {
        "full_name": "Anna Berg",
        "company": "Acme Tools",
        "email": "Anna@Acme.example.com",
        "phone": "+62 812 3456 7890",
        "owner": rani.pk,
        "source": "sales",
    }

    response = admin_as(rani).post(ADD, given)

    contact = Contact.objects.get()
    assert response.url == page_of(contact)
    assert (contact.owner, contact.lifecycle_stage) == (rani, "lead")
    assert parts_of(contact.pk)["emails"] == ["Anna@acme.example.com"]
    assert parts_of(contact.pk)["phones"] == ["+6281234567890"]
    assert Employment.objects.get().company == Company.objects.get(name="Acme Tools", owner=rani)


def test_a_company_that_is_typed_and_known_is_taken_not_made_again(rani, admin_as):
    acme = CompanyFactory(name="Acme", owner=rani)

    admin_as(rani).post(ADD, {"full_name": "Anna", "company": "acme", "source": "sales"})

    assert Employment.objects.get().company == acme


def test_asking_to_add_shows_five_fields_and_oneself_as_owner(rani, admin_as):
    html = admin_as(rani).get(ADD + "?full_name=Anna+%3Cb%3E").content.decode()

    few = html[: html.index("<details")]
    assert len(re.findall(r'<(?:input|select)[^>]*name="(full_name|company|email|phone|owner)"', few)) == 5
    assert f'<option value="{rani.pk}" selected' in few
    assert "Anna &lt;b&gt;" in few


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "no address", "is not an e-mail address"),
        ("phone", "12", "is not a phone number"),
        ("full_name", "", "This field is required"),
        ("stage", "boss", "Select a valid choice"),
        ("company", "x" * 201, "at most 200"),
        ("full_name", "nul\x00", "Null characters are not allowed"),
    ],
)
def test_bad_input_gets_a_sentence_at_the_field_and_saves_nothing(field, value, sentence, rani, admin_as):
    response = admin_as(rani).post(ADD, {"full_name": "Anna", "source": "sales", field: value})

    assert response.status_code == 200
    assert sentence in sentences(response)
    assert not Contact.objects.exists()


def test_an_address_of_another_contact_is_refused_whatever_its_capitals(rani, bima, admin_as):
    ContactFactory(emails=["anna@example.com"], owner=bima)

    response = admin_as(rani).post(ADD, {"full_name": "Anna", "email": "ANNA@example.com", "source": "sales"})

    assert "Another contact has this e-mail address" in sentences(response)


def test_nobody_gives_a_contact_to_somebody_they_can_not_see(rani, bima, admin_as):
    response = admin_as(rani).post(ADD, {"full_name": "Anna", "owner": bima.pk, "source": "sales"})

    assert response.status_code == 200
    assert not Contact.objects.exists()


def test_a_role_that_may_only_look_can_not_add(fina, admin_as):
    assert admin_as(fina).get(ADD).status_code == 403


# --- Changing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def anna(rani):
    acme = CompanyFactory(name="Acme", owner=rani)
    return ContactFactory(full_name="Anna", owner=rani, company=acme, emails=["anna@example.com", "berg@example.com"])


def test_saving_without_a_change_changes_nothing(anna, rani, admin_as):
    browser = admin_as(rani)

    browser.post(page_of(anna), form_of(browser, page_of(anna)))

    assert anna.history.count() == 1
    assert Contact.objects.get().updated_at == anna.updated_at


def test_after_saving_one_stays_on_the_page(anna, rani, admin_as):
    browser = admin_as(rani)

    response = browser.post(page_of(anna), form_of(browser, page_of(anna)) | {"full_name": "Anna Berg"}, follow=True)

    assert response.redirect_chain == [(page_of(anna), 302)]
    assert "“Anna Berg” was saved." in sentences(response)


def test_the_primary_address_is_switched_in_one_save(anna, rani, admin_as):
    browser = admin_as(rani)
    form = form_of(browser, page_of(anna))
    del form["emails-0-is_primary"]

    browser.post(page_of(anna), form | {"emails-1-is_primary": "on"})

    assert list(ContactEmail.objects.values_list("address", "is_primary")) == [
        ("berg@example.com", True),
        ("anna@example.com", False),
    ]


def test_ticking_another_primary_is_enough(anna, rani, admin_as):
    browser = admin_as(rani)

    browser.post(page_of(anna), form_of(browser, page_of(anna)) | {"emails-1-is_primary": "on"})

    assert ContactEmail.objects.get(is_primary=True).address == "berg@example.com"


def test_parts_are_added_changed_and_removed_in_their_normal_form(anna, rani, admin_as):
    browser = admin_as(rani)
    form = form_of(browser, page_of(anna)) | {
        "country": "ID",
        "emails-1-DELETE": "on",
        "phones-TOTAL_FORMS": "1",
        "phones-0-number": "0812 3456 7890",
        "phones-0-kind": "work",
    }

    browser.post(page_of(anna), form)

    assert parts_of(anna.pk)["emails"] == ["anna@example.com"]
    assert list(ContactPhone.objects.values_list("number", "is_primary")) == [("+6281234567890", True)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"emails-1-address": "anna@EXAMPLE.com"}, "This stands here twice"),
        ({"emails-1-address": "other@example.com"}, "Another contact has this e-mail address"),
        ({"emails-1-address": "no"}, "is not an e-mail address"),
        ({"phones-TOTAL_FORMS": "1", "phones-0-number": "12", "phones-0-kind": "work"}, "is not a phone number"),
        ({"employments-0-since": "2026-05-01", "employments-0-until": "2026-04-01"}, "can't end before it begins"),
        ({"emails-TOTAL_FORMS": "junk"}, "ManagementForm data is missing"),
        ({"emails-0-id": "999999"}, "Please correct the error"),
    ],
)
def test_a_bad_part_gets_a_sentence_and_nothing_is_saved(changes, sentence, anna, rani, admin_as):
    ContactFactory(emails=["other@example.com"])
    browser = admin_as(rani)

    response = browser.post(page_of(anna), form_of(browser, page_of(anna)) | {"full_name": "Changed"} | changes)

    assert response.status_code == 200
    assert sentence in sentences(response)
    assert Contact.objects.get(pk=anna.pk).full_name == "Anna"


def test_two_addresses_can_be_exchanged(anna, rani, admin_as):
    browser = admin_as(rani)
    form = form_of(browser, page_of(anna))
    exchanged = {"emails-0-address": form["emails-1-address"], "emails-1-address": form["emails-0-address"]}

    browser.post(page_of(anna), form | exchanged)

    assert list(ContactEmail.objects.values_list("address", "is_live")) == [
        ("berg@example.com", True),
        ("anna@example.com", True),
    ]


def test_an_employer_that_one_can_not_see_is_neither_shown_nor_lost(anna, rani, bima, admin_as):
    hidden = CompanyFactory(name="Hidden", owner=bima)
    Employment.objects.create(contact=anna, company=hidden, role="Adviser")
    browser = admin_as(rani)

    response = browser.post(page_of(anna), form_of(browser, page_of(anna)) | {"full_name": "Anna B"}, follow=True)

    assert "Hidden" not in response.content.decode()
    assert Employment.objects.filter(contact=anna).count() == 2


def test_a_parent_company_that_one_can_not_see_stays_as_it_is(rani, bima, admin_as):
    parent = CompanyFactory(name="Secret parent", owner=bima)
    acme = CompanyFactory(name="Acme", owner=rani, parent=parent)
    browser = admin_as(rani)

    response = browser.post(page_of(acme), form_of(browser, page_of(acme)) | {"name": "Acme Ltd"}, follow=True)

    acme.refresh_from_db()
    assert (acme.name, acme.parent) == ("Acme Ltd", parent)
    assert "Secret parent" not in response.content.decode()


def test_the_stage_is_no_field_of_the_form(anna, rani, admin_as):
    browser = admin_as(rani)

    browser.post(page_of(anna), form_of(browser, page_of(anna)) | {"full_name": "A", "lifecycle_stage": "customer"})

    anna.refresh_from_db()
    assert (anna.full_name, anna.lifecycle_stage) == ("A", "lead")


# --- Two people on one form -----------------------------------------------------------------------------------------


def test_the_second_to_save_is_told_who_changed_what_and_saves_nothing(anna, rani, maya, admin_as):
    first, second = admin_as(rani), admin_as(maya)
    form = form_of(second, page_of(anna))
    first.post(page_of(anna), form_of(first, page_of(anna)) | {"full_name": "Anna Berg", "country": "DE"})

    response = second.post(page_of(anna), form | {"full_name": "Anne", "emails-1-DELETE": "on"})

    told = " ".join(sentences(response).split())
    assert "Rani changed name from “Anna” to “Anna Berg”, country from “–” to “DE” at" in told
    assert "Nothing of yours was saved" in told
    assert Contact.objects.get(pk=anna.pk).full_name == "Anna Berg"
    assert ContactEmail.objects.count() == 2


def test_a_change_of_the_parts_counts_too_and_is_told(anna, rani, maya, admin_as):
    first, second = admin_as(rani), admin_as(maya)
    form = form_of(second, page_of(anna))
    first.post(page_of(anna), form_of(first, page_of(anna)) | {"emails-1-address": "new@example.com"})

    response = second.post(page_of(anna), form | {"emails-1-DELETE": "on"})

    assert "Rani changed e-mail address from “berg@example.com” to “new@example.com”" in sentences(response)
    assert parts_of(anna.pk)["emails"] == ["anna@example.com", "new@example.com"]


def test_a_stage_that_moved_meanwhile_is_told(anna, rani, maya, admin_as):
    second = admin_as(maya)
    form = form_of(second, page_of(anna))
    admin_as(rani).post(verb(anna, "advance"), {"to": "mql"})

    response = second.post(page_of(anna), form | {"full_name": "Anne"})

    assert "Rani moved it: From Lead to Marketing qualified lead" in sentences(response)


# --- Verbs ----------------------------------------------------------------------------------------------------------


def test_a_click_on_a_later_stage_advances_and_says_why(anna, rani, admin_as):
    admin_as(rani).post(verb(anna, "advance"), {"to": "sql"})

    change = LifecycleChange.objects.of(anna).last()
    assert (change.to_stage, change.by, change.cause) == ("sql", rani, "Moved forward by Rani")


def test_a_refused_step_shows_its_sentence(anna, rani, admin_as):
    response = admin_as(rani).post(verb(anna, "advance"), {"to": "subscriber"}, follow=True)

    assert "Rules only move forward: Anna is Lead" in sentences(response)


def test_who_may_step_back_is_offered_to_undo_and_others_are_not(anna, rani, maya, admin_as):
    for user, offered in ((rani, False), (maya, True)):
        ahead = {"lead": "mql", "mql": "sql"}[Contact.objects.get(pk=anna.pk).lifecycle_stage]
        response = admin_as(user).post(verb(anna, "advance"), {"to": ahead}, follow=True)
        assert ("Undone: moved by mistake" in response.content.decode()) is offered
        assert "now." in sentences(response)


def test_stepping_back_needs_a_reason_and_the_permission(anna, rani, maya, admin_as):
    admin_as(rani).post(verb(anna, "advance"), {"to": "sql"})

    assert "Your role may not move records backwards" in sentences(
        admin_as(rani).post(verb(anna, "step-back"), {"to": "lead", "reason": "x"}, follow=True)
    )
    assert "Say why" in sentences(
        admin_as(maya).post(verb(anna, "step-back"), {"to": "lead", "reason": " "}, follow=True)
    )
    admin_as(maya).post(verb(anna, "step-back"), {"to": "lead", "reason": "Not ready"})
    assert LifecycleChange.objects.of(anna).last().cause == "Not ready"


def test_a_note_appears_on_the_timeline_and_an_empty_one_is_refused(anna, rani, admin_as):
    browser = admin_as(rani)

    browser.post(verb(anna, "note"), {"body": "Wants a <price> by Friday"})
    assert "Write something first" in sentences(browser.post(verb(anna, "note"), {"body": " \x00"}, follow=True))

    assert Note.objects.get().author == rani
    assert "Wants a &lt;price&gt; by Friday" in browser.get(page_of(anna)).content.decode()


def test_an_archived_contact_is_read_until_it_is_restored(anna, rani, admin_as):
    browser = admin_as(rani)
    browser.post(verb(anna, "archive"), {"reason": "Moved away"})

    html = browser.get(page_of(anna)).content.decode()
    assert "Moved away" in html
    assert 'name="full_name"' not in html
    assert browser.post(page_of(anna), {"full_name": "x"}).status_code == 403
    browser.post(verb(anna, "restore"))
    assert 'name="full_name"' in browser.get(page_of(anna)).content.decode()


def test_restoring_is_refused_while_another_contact_has_the_address(anna, rani, admin_as):
    archive(anna, by=rani)
    ContactFactory(emails=["anna@example.com"])

    response = admin_as(rani).post(verb(anna, "restore"), follow=True)

    assert "Another contact has an e-mail address of Anna now" in sentences(response)


@pytest.mark.parametrize("name", ["advance", "step-back", "note", "archive", "restore"])
def test_who_may_only_look_can_do_nothing_and_sees_no_button(name, anna, fina, admin_as):
    browser = admin_as(fina)

    assert browser.post(verb(anna, name), {"to": "mql", "reason": "x", "body": "x"}).status_code == 403
    assert f'action="{verb(anna, name)}"' not in browser.get(page_of(anna)).content.decode()


# --- The page -------------------------------------------------------------------------------------------------------


def test_the_page_tells_why_with_a_link_only_for_those_who_see_the_cause(anna, rani, bima, admin_as):
    from tests.factories.deals import DealFactory

    deal = DealFactory(name="Bima's secret", owner=bima, contacts=[anna])
    link = reverse("admin:deals_deal_change", args=[deal.pk])

    assert link in admin_as(bima).get(page_of(anna)).content.decode()
    html = admin_as(rani).get(page_of(anna)).content.decode()
    assert link not in html
    assert "Bima's secret" not in unescape(html)


def test_older_entries_follow_without_one_lost(anna, rani, admin_as):
    for number in range(40):
        Note.objects.create(contact=anna, body=f"Note no. {number}.", author=rani)
    browser, url, seen = admin_as(rani), page_of(anna), []

    while url:
        html = browser.get(url).content.decode()
        seen += re.findall(r"Note no\. (\d+)\.", html)
        older = re.search(r'href="(\?before=[^"#]+)[^"]*"', html)
        url = page_of(anna) + unescape(older[1]) if older else None

    assert sorted(map(int, seen)) == list(range(40))


def test_the_history_page_tells_who_changed_what(anna, rani, maya, admin_as):
    browser = admin_as(maya)
    browser.post(page_of(anna), form_of(browser, page_of(anna)) | {"owner": maya.pk})

    told = sentences(admin_as(maya).get(page_of(anna).replace("change", "history")))

    assert "Owner" in told
    assert re.search(r"Rani\s+→ Maya", told)


def test_the_history_of_a_row_one_can_not_see_is_not_there(anna, bima, admin_as):
    assert admin_as(bima).get(page_of(anna).replace("change", "history")).status_code == 404


# --- The list -------------------------------------------------------------------------------------------------------


def test_the_heading_counts_exactly_the_rows_of_the_list(rani, admin_as):
    ContactFactory(owner=rani)
    ContactFactory(owner=rani, stage="customer")
    ContactFactory(owner=None)
    archive(ContactFactory(owner=rani), by=rani)

    assert "3 contacts: 2 Lead, 1 Customer. 1 has no owner." in sentences(
        admin_as(rani).get("/admin/contacts/contact/")
    )
    assert "1 contact: 1 Customer." in sentences(admin_as(rani).get("/admin/contacts/contact/?stage=customer"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"Mine", "Nobody's"}),
        ("?owner=me", {"Mine"}),
        ("?owner=nobody", {"Nobody's"}),
        ("?archive=archived", {"Old"}),
        ("?archive=all", {"Mine", "Nobody's", "Old"}),
        ("?stage=open-leads", {"Mine"}),
        ("?country=VN", {"Nobody's"}),
        ("?source=event", {"Mine"}),
        ("?owner=me&stage=nonsense", {"Mine"}),
        ("?q=MINÉ", {"Mine"}),
    ],
)
def test_filters_keep_what_they_say(query, names, rani, admin_as):
    ContactFactory(full_name="Mine", owner=rani, source="event")
    ContactFactory(full_name="Nobody's", owner=None, stage="customer", country="VN")
    archive(ContactFactory(full_name="Old", owner=rani), by=rani)

    html = unescape(admin_as(rani).get("/admin/contacts/contact/" + query).content.decode())

    table = html[html.find('id="result_list"') :] if 'id="result_list"' in html else ""
    assert {name for name in ("Mine", "Nobody's", "Old") if f">{name}<" in table} == names


@pytest.mark.parametrize(
    "query", ["?owner__password__startswith=p", "?owner__email=x", "?folded__contains=a", "?id__gt=0"]
)
def test_an_address_never_becomes_a_lookup_of_its_authors_choice(query, rani, admin_as):
    assert admin_as(rani).get("/admin/contacts/contact/" + query).status_code == 400
