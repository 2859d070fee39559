"""Set up > Import: three clicks and one field in the good case, questions where there are any, results by line."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.imports.models import Import
from contacts.imports.starting import request_check
from contacts.models import Company
from tests.factories.contacts import CompanyFactory, UserFactory
from tests.factories.imports import checked, imported, uploaded

pytestmark = pytest.mark.django_db
LIST = "/admin/contacts/import/"


@pytest.fixture
def post(admin_as: Any, maya: Any, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[..., Any]:
    """Post as Maya, let the worker do its part, and follow to the page."""
    browser = admin_as(maya)

    def send(address: str, **given: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(address, given)
        return browser.get(answer["Location"]) if answer.status_code == 302 else answer

    return send


def file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("firms.csv", text.encode())


def page(run: Import) -> str:
    return f"{LIST}{run.pk}/change/"


def act(run: Import) -> str:
    return f"{LIST}{run.pk}/act/"


def test_in_the_good_case_a_file_and_two_clicks_are_enough(post: Any) -> None:
    shown = post(LIST, file=file("Company name;Sector\nAcme;retail\nBolt;tools\n")).content.decode()
    assert "2 rows of companies: 2 good, 0 with problems. Nothing is saved yet." in shown
    assert "Import 2 rows" in shown
    assert not Company.objects.exists()

    shown = post(act(Import.objects.get()), act="start").content.decode()

    assert "2 of 2 rows of companies are saved" in shown
    assert "/admin/contacts/company/" in shown
    assert Company.objects.count() == 2


def test_the_guessed_mapping_is_shown_with_values_to_recognise_the_columns_by(post: Any) -> None:
    shown = post(LIST, file=file("Company name;Sector\nAcme;retail\nBolt;tools\n")).content.decode()

    assert "Acme · Bolt" in shown
    assert '<option value="industry" selected>' in shown


def test_a_mapping_is_changed_and_checked_again(post: Any) -> None:
    post(LIST, file=file("firm;branch\nAcme;retail\n"), kind="companies")
    run = Import.objects.get()
    assert run.status == "draft"

    shown = post(act(run), act="check", **{"column-0": "name", "column-1": ""}).content.decode()

    assert "1 row of companies: 1 good" in shown
    assert Import.objects.get().mapping == {"fields": {"name": {"column": "firm"}}}


def test_the_same_for_all_rows_needs_no_column(post: Any) -> None:
    post(LIST, file=file("name;city\nAcme;Bonn\n"))
    given = {"column-0": "name", "column-1": "city", "other-0-field": "country", "other-0-text": "DE"}

    post(act(Import.objects.get()), act="check", **given)
    post(act(Import.objects.get()), act="start")

    assert Company.objects.get().country == "DE"


def test_a_question_is_answered_on_the_page(post: Any) -> None:
    shown = post(LIST, file=file("name;known since\nAcme;03/04/2024\n")).content.decode()
    assert "can be read in two ways" in shown
    assert "DD/MM/YYYY → 2024-04-03" in shown

    shown = post(
        act(Import.objects.get()),
        act="check",
        **{"column-0": "name", "column-1": "known_since", "format-1": "DD/MM/YYYY"},
    )

    assert "1 row of companies: 1 good" in shown.content.decode()


def test_names_that_match_nothing_are_listed_and_can_be_read_as_others(post: Any, maya: Any) -> None:
    shown = post(LIST, file=file("name;owner\nAcme;May\nBolt;May\n")).content.decode()
    assert "Names that match nothing" in shown
    assert "Owner: 1 name" in shown

    given = {"column-0": "name", "column-1": "owner", "unknown-owner": "error", "name-owner-0": "Maya"}
    shown = post(act(Import.objects.get()), act="check", **given).content.decode()

    assert "2 good" in shown
    assert Import.objects.get().mapping["fields"]["owner"]["values"] == {"May": "Maya"}


def test_problems_are_shown_by_line_and_nothing_of_them_is_html(post: Any) -> None:
    shown = post(LIST, file=file("name;owner\nAcme;<script>alert(1)</script>\n")).content.decode()

    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour;size\nred;5\n", "Choose what it is"),
        ("", "is empty"),
        ("%PDF-1.7", "is no table"),
        ("a;A\n1;2\n", "Two columns"),
    ],
)
def test_a_file_that_can_not_be_used_is_told_on_the_form(admin_as: Any, maya: Any, text: str, sentence: str) -> None:
    answer = admin_as(maya).post(LIST, {"file": file(text)})

    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_no_file_at_all_is_told(admin_as: Any, maya: Any) -> None:
    assert "Choose a file first" in admin_as(maya).post(LIST, {}).content.decode()


def test_a_running_import_shows_its_progress_without_a_script_too(admin_as: Any, maya: Any) -> None:
    run = request_check(uploaded("companies", "name\nA\n", by=maya), then_write=True)
    Import.objects.filter(pk=run.pk).update(status="running", rows_total=10, next_row=4, rows_new=4)
    browser = admin_as(maya)

    shown = browser.get(page(run)).content.decode()
    assert '<noscript><meta http-equiv="refresh"' in shown
    assert '<progress class="im-progress" max="100" value="40"' in shown
    assert 'name="act" value="stop"' in shown

    moving = browser.get(f"{LIST}{run.pk}/progress/")
    assert "Importing: 4 of 10 rows." in moving.content.decode()
    assert "HX-Refresh" not in moving


def test_when_the_work_is_done_the_whole_page_is_loaded_again(admin_as: Any, maya: Any) -> None:
    run = imported("companies", "name\nA\n", by=maya)

    assert admin_as(maya).get(f"{LIST}{run.pk}/progress/")["HX-Refresh"] == "true"


def test_stopping_is_one_click(post: Any, maya: Any) -> None:
    run = request_check(uploaded("companies", "name\nA\n", by=maya), then_write=True)
    Import.objects.filter(pk=run.pk).update(status="running", claimed_at=run.created_at, lease="x:1:y")

    shown = post(act(run), act="stop").content.decode()

    assert "It stops after the rows that are being written" in shown
    assert Import.objects.get().stop_requested


def test_a_refusal_is_shown_as_a_sentence(post: Any, maya: Any) -> None:
    run = imported("companies", "name\nA\n", by=maya)

    assert "This import is finished" in post(act(run), act="start").content.decode()


def test_others_imports_are_not_there(admin_as: Any, maya: Any, mira: Any) -> None:
    run = checked("companies", "name\nA\n", by=mira)
    browser = admin_as(maya)

    assert [browser.get(address).status_code for address in (page(run), f"{LIST}{run.pk}/progress/")] == [404, 404]
    assert browser.post(act(run), {"act": "start"}).status_code == 404
    assert "companies.csv" not in browser.get(LIST).content.decode()


def test_a_rep_has_no_import(admin_as: Any, rani: Any) -> None:
    browser = admin_as(rani)

    assert browser.get(LIST).status_code == 403
    assert "/admin/contacts/import/" not in browser.get("/admin/").content.decode()


def test_a_manager_can_not_import_users_by_choosing_them(admin_as: Any, maya: Any) -> None:
    answer = admin_as(maya).post(LIST, {"file": file("name;email\nA;a@x.example\n"), "kind": "users"})

    assert answer.status_code == 302
    assert Import.objects.get().kind == "contacts"


def test_the_list_and_the_page_cost_few_queries(admin_as: Any, ana: Any, django_assert_max_num_queries: Any) -> None:
    UserFactory.create_batch(3)
    CompanyFactory()
    for index in range(30):
        Import.objects.create(kind="companies", file_name=f"{index}.csv", created_by=ana)
    run = checked("companies", "name,employees\n" + "".join(f"C{index},x\n" for index in range(80)), by=ana)
    browser = admin_as(ana)

    with django_assert_max_num_queries(15):
        browser.get(LIST)
    with django_assert_max_num_queries(15):
        assert "Page 1 of 4" in browser.get(page(run)).content.decode()
