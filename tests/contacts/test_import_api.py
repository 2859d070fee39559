"""``/api/v1/imports/``: upload, follow, start, stop; own imports only."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.imports.models import Import
from contacts.models import Company
from tests.factories.contacts import CompanyFactory

pytestmark = pytest.mark.django_db
Eager = Callable[..., Any]
TWO = "name,employees\nA,1\nB,x\n"


@pytest.fixture
def post(api_as: Any, maya: Any, django_capture_on_commit_callbacks: Eager) -> Callable[..., Any]:
    """Upload as Maya and let the worker do its part."""
    api = api_as(maya)

    def upload(text: str = TWO, kind: str = "companies", **given: Any) -> Any:
        file = SimpleUploadedFile("people-we-met.csv", text.encode())
        with django_capture_on_commit_callbacks(execute=True):
            return api.post("/api/v1/imports/", {"kind": kind, "file": file, **given}, format="multipart")

    return upload


def test_an_uploaded_file_is_imported(post: Any, api_as: Any, maya: Any) -> None:
    answer = post()

    assert (answer.status_code, answer.json()["status"]) == (201, "checking")
    row = api_as(maya).get(f"/api/v1/imports/{answer.json()['id']}/").json()
    assert (row["status"], row["rows_new"], row["rows_failed"]) == ("finished", 1, 1)
    assert row["problems"][0]["line"] == 3
    assert row["problems"][0]["column"] == "employees"
    assert Company.objects.get().name == "A"


def test_a_dry_run_waits_to_be_started(
    post: Any, api_as: Any, maya: Any, django_capture_on_commit_callbacks: Eager
) -> None:
    number = post(dry_run="true").json()["id"]
    assert not Company.objects.exists()
    assert api_as(maya).get(f"/api/v1/imports/{number}/").json()["status"] == "ready"

    with django_capture_on_commit_callbacks(execute=True):
        answer = api_as(maya).post(f"/api/v1/imports/{number}/start/")

    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    assert Company.objects.count() == 1


def test_all_or_nothing_can_be_asked_for(post: Any) -> None:
    number = post(all_or_nothing="true").json()["id"]

    assert (Import.objects.get(pk=number).status, Company.objects.count()) == ("failed", 0)


def test_a_question_is_answered_by_another_mapping(
    post: Any, api_as: Any, maya: Any, django_capture_on_commit_callbacks: Eager
) -> None:
    number = post("name,known since\nA,03/04/2024\n").json()["id"]
    api = api_as(maya)
    asked = api.get(f"/api/v1/imports/{number}/").json()
    assert (asked["status"], asked["questions"][0]["choices"][0][0]) == ("draft", "DD/MM/YYYY")
    assert api.post(f"/api/v1/imports/{number}/start/").json()["code"] == "import_needs_answer"

    mapping = asked["mapping"]
    mapping["fields"]["known_since"]["format"] = "DD/MM/YYYY"
    with django_capture_on_commit_callbacks(execute=True):
        api.post(f"/api/v1/imports/{number}/start/", {"mapping": mapping}, format="json")

    assert Import.objects.get(pk=number).status == "finished"


def test_a_mapping_may_come_with_the_file(post: Any) -> None:
    post("firm\nAcme\n", mapping=json.dumps({"fields": {"name": "firm"}}))

    assert Company.objects.get().name == "Acme"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "cars"}, "kind"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": '{"fields": {"colour": "name"}}'}, "mapping"),
        ({"mapping": "[" * 100_000}, "mapping"),
        ({"text": "%PDF-1.7 \x00"}, "file"),
        ({"text": "1,2\n3,4\n"}, "file"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"speed": "fast"}, "speed"),
    ],
)
def test_bad_input_is_told_at_its_field(post: Any, given: dict[str, str], field: str) -> None:
    answer = post(**given)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_finished_import_can_not_be_stopped_or_started(post: Any, api_as: Any, maya: Any) -> None:
    number = post().json()["id"]

    assert api_as(maya).post(f"/api/v1/imports/{number}/stop/").json()["code"] == "import_not_running"
    assert api_as(maya).post(f"/api/v1/imports/{number}/start/").json()["code"] == "import_finished"


def test_an_import_that_no_worker_has_begun_is_stopped_at_once(api_as: Any, maya: Any) -> None:
    api = api_as(maya)
    number = api.post(
        "/api/v1/imports/", {"kind": "companies", "file": SimpleUploadedFile("c.csv", TWO.encode())}, format="multipart"
    ).json()["id"]

    assert api.post(f"/api/v1/imports/{number}/stop/").json()["status"] == "draft"


def test_others_imports_are_not_there(post: Any, api_as: Any, mira: Any, ana: Any, rani: Any) -> None:
    number = post().json()["id"]
    Import.objects.filter(pk=number).update(created_by=ana)

    assert api_as(ana).get(f"/api/v1/imports/{number}/").status_code == 200
    other = Import.objects.create(kind="companies", file_name="x.csv", created_by=ana)
    assert api_as(rani).get(f"/api/v1/imports/{other.pk}/").status_code == 404
    assert api_as(rani).get("/api/v1/imports/").status_code == 403
    for verb in ("start", "stop"):
        assert api_as(rani).post(f"/api/v1/imports/{other.pk}/{verb}/").status_code == 404


def test_a_manager_sees_their_own_imports_only(post: Any, api_as: Any, maya: Any, mira: Any) -> None:
    mine = post().json()["id"]
    Import.objects.create(kind="companies", file_name="x.csv", created_by=mira)

    assert [row["id"] for row in api_as(maya).get("/api/v1/imports/").json()["results"]] == [mine]


def test_who_may_not_make_the_records_may_not_import_them(post: Any) -> None:
    answer = post("name,email\nA,a@x.example\n", kind="users")

    assert answer.status_code == 403
    assert "may not import" in answer.json()["message"]


def test_all_problems_can_be_read_page_by_page(post: Any, api_as: Any, maya: Any) -> None:
    number = post("name,employees\n" + "".join(f"C{index},x\n" for index in range(7))).json()["id"]
    api = api_as(maya)

    first = api.get(f"/api/v1/imports/{number}/problems/?page_size=5").json()
    second = api.get(first["next"]).json()

    assert [row["line"] for row in first["results"] + second["results"]] == [2, 3, 4, 5, 6, 7, 8]


def test_the_list_can_be_filtered_and_costs_the_same_for_many_rows(
    api_as: Any, ana: Any, django_assert_max_num_queries: Any
) -> None:
    for index in range(30):
        Import.objects.create(kind="companies", file_name=f"{index}.csv", created_by=ana, status="draft")
    api = api_as(ana)

    with django_assert_max_num_queries(6):
        answer = api.get("/api/v1/imports/?status=draft&kind=companies&ordering=-created_at")

    assert len(answer.json()["results"]) == 30
    assert len(json.dumps(answer.json()["results"][0])) < 1000
    assert api.get("/api/v1/imports/?status=odd").status_code == 400
    assert api.get("/api/v1/imports/?created_by__password=x").status_code == 400


def test_the_uploaded_file_is_served_by_no_address(post: Any, admin_as: Any, ana: Any) -> None:
    run = Import.objects.get(pk=post().json()["id"])

    browser = admin_as(ana)

    assert "people-we-met" not in run.file.name
    assert all(browser.get(address).status_code == 404 for address in (f"/{run.file.name}", f"/media/{run.file.name}"))


def test_an_integration_imports_too(api_as: Any, iris: Any, django_capture_on_commit_callbacks: Eager) -> None:
    CompanyFactory(name="Acme")
    with django_capture_on_commit_callbacks(execute=True):
        answer = api_as(iris).post(
            "/api/v1/imports/",
            {"kind": "contacts", "file": SimpleUploadedFile("c.csv", b"name,email,company\nSri,sri@x.example,Acme\n")},
            format="multipart",
        )

    assert Import.objects.get(pk=answer.json()["id"]).rows_new == 1
