"""What an import promises: good rows in, bad ones named, nothing twice, nothing half, whatever happens in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.integrations.models import Event
from contacts.imports import kinds, running, surveying
from contacts.imports.errors import ImportRefused
from contacts.imports.leases import MOST_ATTEMPTS, claim
from contacts.imports.models import Import
from contacts.imports.running import work_on
from contacts.imports.shipped.companies import CompaniesKind
from contacts.imports.starting import change_mapping, request_check, request_start, request_stop
from contacts.models import Company, Contact, LifecycleChange
from contacts.tasks import resume_imports
from tests.factories.contacts import CompanyFactory, UserFactory
from tests.factories.imports import checked, done, imported, problems, uploaded

pytestmark = pytest.mark.django_db
FIVE = "name,employees\nA,1\nB,2\nC,x\nD,4\nE,5\n"


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a chunk."""
    monkeypatch.setattr(running, "CHUNK", 2)
    monkeypatch.setattr(surveying, "CHUNK", 2)


def test_good_rows_are_saved_and_bad_ones_named_with_line_column_value_and_sentence() -> None:
    run = imported("companies", FIVE)

    assert (run.status, run.counts) == ("finished", {"new": 4, "changed": 0, "unchanged": 0, "failed": 1})
    assert problems(run) == [(4, "employees", "x", "not_a_number")]
    assert run.problems.get().sentence == "This is no number."


def test_a_second_run_makes_nothing_new() -> None:
    imported("companies", FIVE)

    again = imported("companies", FIVE)

    assert again.counts == {"new": 0, "changed": 0, "unchanged": 4, "failed": 1}
    assert Company.objects.count() == 4
    assert Company.history.count() == 4


def test_a_changed_row_changes_its_record_and_its_history() -> None:
    imported("companies", "name,employees\nA,1\n")

    run = imported("companies", "name,employees\na,7\n", mapping={"fields": {"name": "name", "employees": "employees"}})

    company = Company.objects.get()
    assert run.counts["changed"] == 1
    assert company.employees == 7
    assert [row.history_type for row in company.history.all()] == ["~", "+"]


def test_an_empty_cell_empties_nothing() -> None:
    imported("companies", "name,city\nA,Bonn\n")

    run = imported("companies", "name,city\nA,\n")

    assert run.counts["unchanged"] == 1
    assert Company.objects.get().city == "Bonn"


def test_records_that_are_there_can_be_left_alone() -> None:
    imported("companies", "name,city\nA,Bonn\n")

    run = imported(
        "companies", "name,city\nA,Ulm\n", mapping={"existing": "keep", "fields": {"name": "name", "city": "city"}}
    )

    assert (run.counts["unchanged"], Company.objects.get().city) == (1, "Bonn")


def test_bulk_writes_leave_history_rows_that_name_who_and_why(ana: Any) -> None:
    imported("companies", "name\nA\n", by=ana)

    row = Company.history.get()
    assert (row.history_user, row.history_change_reason) == (ana, "Import of companies.csv")


def test_the_search_text_follows_in_bulk_writes_too() -> None:
    imported("companies", "name,city\nĐức Phát,Hà Nội\n")
    imported("companies", "name,tax number\nĐức Phát,0312\n")

    assert Company.objects.search("duc phat").get().tax_number == "0312"
    assert Company.objects.search("0312").exists()


def test_a_dry_run_finds_every_problem_and_writes_nothing() -> None:
    run = checked("companies", FIVE)

    assert (run.status, run.counts) == ("ready", {"new": 4, "changed": 0, "unchanged": 0, "failed": 1})
    assert problems(run) == [(4, "employees", "x", "not_a_number")]
    assert not Company.objects.exists()


def test_all_or_nothing_saves_nothing_if_one_row_is_bad() -> None:
    run = imported("companies", FIVE, whole=True)

    assert run.status == "failed"
    assert "Nothing was saved" in run.message
    assert len(problems(run)) == 1
    assert not Company.objects.exists()


def test_all_or_nothing_also_undoes_what_was_written_before_a_problem_showed(small_chunks: None) -> None:
    run = request_check(uploaded("companies", "name,employees\nA,1\nB,2\nC,3\n", whole=True))
    run = request_start(done(run))
    Company.objects.filter(name="A").delete()
    Import.objects.filter(pk=run.pk).update(
        mapping={
            "fields": {
                "name": {"column": "name"},
                "employees": {"column": "employees"},
                "parent": {"constant": "Nobody"},
            }
        }
    )

    run = done(run)

    assert (run.status, run.next_row, len(problems(run))) == ("failed", 0, 3)
    assert not Company.objects.exists()


def test_all_or_nothing_saves_everything_if_all_rows_are_good() -> None:
    run = imported("companies", "name\nA\nB\n", whole=True)

    assert (run.status, Company.objects.count()) == ("finished", 2)


def test_values_are_translated_by_the_mapping() -> None:
    mapping = {"fields": {"name": "name", "industry": {"column": "sector", "values": {"technolgy": "technology"}}}}

    imported("companies", "name,sector\nA,technolgy\nB,TECHNOLGY\nC,retail\n", mapping=mapping)

    assert list(Company.objects.order_by("name").values_list("industry", flat=True)) == [
        "technology",
        "technology",
        "retail",
    ]


def test_names_that_match_nothing_are_counted_before_anything_is_written() -> None:
    UserFactory(name="Rani")

    run = checked("companies", "name,owner\nA,Rani\nB,Nobody\nC,nobody\nD,Somebody\n")

    (found,) = run.findings["unknown"]
    assert (found["field"], found["what"], found["different"]) == ("owner", "error", 3)
    assert ["Somebody", 1] in found["names"]
    assert run.rows_failed == 3


def test_names_that_match_nothing_can_be_left_empty() -> None:
    mapping = {"fields": {"name": "name", "owner": {"column": "owner", "unknown": "empty"}}}

    run = imported("companies", "name,owner\nA,Nobody\n", mapping=mapping)

    assert (run.rows_new, Company.objects.get().owner) == (1, None)


def test_a_name_that_several_records_have_is_a_problem() -> None:
    UserFactory(name="Rani")
    UserFactory(name="Rani")

    assert problems(checked("companies", "name,owner\nA,Rani\n")) == [(2, "owner", "Rani", "name_ambiguous")]


def test_an_ambiguous_date_is_asked_about_and_nothing_is_written() -> None:
    run = imported("companies", "name,known since\nA,03/04/2024\n")

    assert run.status == "draft"
    assert run.findings["questions"][0]["column"] == "known since"
    with pytest.raises(ImportRefused, match="two ways"):
        request_start(run)
    assert not Company.objects.exists()


def test_a_stated_format_answers_the_question() -> None:
    run = imported("companies", "name,known since\nA,03/04/2024\n")
    mapping = {"fields": {"name": "name", "known_since": {"column": "known since", "format": "DD/MM/YYYY"}}}

    run = done(request_check(change_mapping(run, mapping), then_write=True))

    assert run.status == "finished"
    assert LifecycleChange.objects.get().at.date().isoformat() == "2024-04-03"


def test_a_mapping_that_lacks_what_the_kind_needs_waits_for_a_person() -> None:
    run = imported("companies", "colour\nred\n")

    assert run.status == "draft"
    assert "Say which column holds: Name" in run.message


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"fields": {"colour": "name"}}, "have no field “colour”"),
        ({"fields": {"name": {"columns": "name"}}}, "has no setting “columns”"),
        ({"fields": {"name": {}}}, "needs a column, a constant or a pattern"),
        ({"fields": {"name": {"column": "name", "unknown": "create"}}}, "is one of"),
        ({"fields": {"owner": {"column": "name", "unknown": "create"}}}, "error, empty"),
        ({"fields": {"employees": {"column": "name", "factor": -1}}}, "above zero"),
        ({"fields": {"name": {"pattern": "{name"}}}, "can't be read"),
        ({"speed": "fast"}, "no setting “speed”"),
        ({"existing": "delete"}, "is one of"),
        (["name"], "table of fields"),
        ({"fields": {"known_since": {"column": "name", "format": "DD"}}}, "no date format"),
    ],
)
def test_a_mapping_that_can_not_be_understood_is_refused_in_a_sentence(mapping: Any, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        uploaded("companies", "name\nA\n", mapping=mapping)


def test_a_column_that_the_file_lacks_is_named_with_those_it_has() -> None:
    run = imported("companies", "firm\nA\n", mapping={"fields": {"name": "account"}})

    assert "no column “account”" in run.message
    assert "It has: firm" in run.message


def test_two_rows_about_one_record_are_told() -> None:
    run = imported("companies", "name,city\nAcme,Bonn\nBolt,Ulm\nacme,Köln\n")

    assert problems(run) == [(4, "name", "acme", "repeated")]
    assert "line 2" in run.problems.get().sentence


@pytest.mark.parametrize(
    "name", ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "'; DROP TABLE x; --", "{{ 7*7 }}", "%s%n"]
)
def test_strings_that_attack_elsewhere_are_just_text(name: str) -> None:
    imported("companies", f'name\n"{name}"\n')

    assert Company.objects.get().name == name


@pytest.mark.parametrize("cell", ["a\x00b", "a\x1bb", "x" * 201])
def test_values_that_can_not_be_stored_are_told_at_their_cell(cell: str) -> None:
    run = imported("companies", f"name,industry\nAcme,retail\n{cell},retail\n".encode())

    assert (run.rows_new, run.rows_failed) == (1, 1)
    assert problems(run)[0][:2] == (3, "name")


def test_a_row_that_only_the_database_refuses_does_not_take_its_chunk_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = {"fields": {"name": "name", "external_id": "id"}}
    run = request_check(uploaded("companies", "name,id\nA,1\nB,2\nC,3\n", mapping=mapping), then_write=True)
    kind = running.kind_called("companies")
    plan = type(kind).plan

    def plan_then_lose_a_race(self: Any, rows: Any, context: Any) -> None:
        plan(self, rows, context)
        if not context.dry and not Company.objects.filter(external_id="2").exists():
            CompanyFactory(name="Faster", external_id="2")

    monkeypatch.setattr(type(kind), "plan", plan_then_lose_a_race)

    run = done(run)

    assert (run.status, run.rows_new + run.rows_changed, run.next_row) == ("finished", 3, 3)
    assert Company.objects.count() == 3


def test_a_run_that_was_stopped_goes_on_where_it_was(small_chunks: None) -> None:
    run = request_check(uploaded("companies", "name\nA\nB\nC\nD\nE\n"), then_write=True)
    work_on(run.pk, budget=timedelta(0))
    run.refresh_from_db()
    assert (run.status, run.next_row, run.lease) == ("running", 2, "")

    run = request_stop(run)
    assert run.status == "stopped"
    run = done(request_start(run))

    assert (run.status, run.counts["new"], Company.objects.count()) == ("finished", 5, 5)


def test_a_worker_that_is_asked_to_stop_does_so_between_chunks(small_chunks: None) -> None:
    run = request_check(uploaded("companies", "name\nA\nB\nC\nD\nE\n"), then_write=True)

    def stop_after_the_first_chunk(seen: Import) -> None:
        if seen.status == "running" and seen.next_row == 2:
            request_stop(seen)

    work_on(run.pk, report=stop_after_the_first_chunk)

    run.refresh_from_db()
    assert (run.status, run.next_row, Company.objects.count()) == ("stopped", 2, 2)


def test_an_abandoned_run_is_taken_up_when_its_lease_has_run_out(small_chunks: None) -> None:
    run = request_check(uploaded("companies", "name\nA\nB\nC\n"), then_write=True)
    work_on(run.pk, budget=timedelta(0))
    assert claim(run.pk, timezone.now()) is not None
    assert claim(run.pk, timezone.now()) is None

    resume_imports()
    run.refresh_from_db()
    assert run.status == "running"

    Import.objects.filter(pk=run.pk).update(claimed_at=timezone.now() - timedelta(minutes=5))
    resume_imports()
    run.refresh_from_db()
    assert (run.status, Company.objects.count()) == ("finished", 3)


def test_a_worker_that_lost_its_lease_writes_nothing_more(small_chunks: None) -> None:
    run = request_check(uploaded("companies", "name\nA\nB\nC\nD\n"), then_write=True)

    def lose_the_lease(seen: Import) -> None:
        if seen.status == "running" and seen.next_row == 2:
            Import.objects.filter(pk=seen.pk).update(lease="another:1:x")

    work_on(run.pk, report=lose_the_lease)

    run.refresh_from_db()
    assert (run.status, run.next_row, Company.objects.count()) == ("running", 2, 2)


class StolenMidway(CompaniesKind):
    """Companies whose run another worker takes over while a chunk is being written."""

    code = "stolen-midway"

    def apply(self, rows: Any, context: Any) -> None:
        super().apply(rows, context)
        Import.objects.update(lease="another:1:x")


def test_a_chunk_and_its_checkpoint_are_saved_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds._kinds, StolenMidway.code, StolenMidway())
    run = request_check(uploaded("stolen-midway", "name\nA\nB\n"), then_write=True)

    run = done(run)

    assert (run.status, run.next_row, Company.objects.count()) == ("running", 0, 0)


def test_a_run_that_gets_nowhere_is_given_up() -> None:
    run = request_check(uploaded("companies", "name\nA\n"), then_write=True)
    Import.objects.filter(pk=run.pk).update(attempts=MOST_ATTEMPTS)

    run = done(run)

    assert run.status == "failed"
    assert "got no further" in run.message


def test_the_end_of_an_import_is_announced_once_with_its_counts(ana: Any) -> None:
    run = imported("companies", FIVE, by=ana)

    event = Event.objects.get(name="contacts.import_finished")
    assert (event.subject_id, event.actor) == (run.pk, ana)
    assert event.payload["counts"] == {"new": 4, "changed": 0, "unchanged": 0, "failed": 1}


def test_records_known_for_long_are_no_news_but_new_ones_are() -> None:
    imported("companies", "name,known since\nOld,2020-01-31\nNew,\n")

    news = Event.objects.filter(name="contacts.company_added")
    assert [Company.objects.get(pk=event.subject_id).name for event in news] == ["New"]


def test_a_mapping_can_say_that_nothing_is_news() -> None:
    imported("companies", "name\nA\n", mapping={"news": "none", "fields": {"name": "name"}})

    assert not Event.objects.filter(name="contacts.company_added").exists()


def test_people_see_their_own_imports_and_administrators_all(maya: Any, mira: Any, rani: Any, ana: Any) -> None:
    mine = uploaded("companies", "name\nA\n", by=maya)
    hers = uploaded("companies", "name\nB\n", by=mira)

    assert set(Import.objects.visible_to(maya)) == {mine}
    assert set(Import.objects.visible_to(rani)) == set()
    assert set(Import.objects.visible_to(ana)) == {mine, hers}


def test_who_may_not_add_users_may_not_import_them(maya: Any) -> None:
    with pytest.raises(ImportRefused, match="may not import"):
        uploaded("users", "name,email\nA,a@x.example\n", by=maya)


def test_names_are_looked_for_among_what_the_person_may_see(maya: Any, rani: Any, bima: Any) -> None:
    run = checked("companies", "name,owner\nA,Rani\nB,Bima\n", by=maya)

    assert problems(run) == [(3, "owner", "Bima", "name_unknown")]


def test_a_record_that_the_person_may_not_see_is_not_changed(maya: Any, bima: Any) -> None:
    CompanyFactory(name="Hidden", external_id="7", owner=bima, city="Bonn")

    run = imported("companies", "name,id,city\nMine,7,Ulm\n", by=maya)

    assert problems(run) == [(2, "id", "7", "taken")]
    assert Company.objects.get().city == "Bonn"


def test_a_mapping_can_not_be_changed_while_the_import_is_at_work() -> None:
    run = request_check(uploaded("contacts", "name,email\nSri,sri@x.example\n"))

    with pytest.raises(ImportRefused, match="being worked on"):
        change_mapping(run, {"fields": {}})
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "mapping",
    [
        {"fields": {"name": {"column": "name", "values": {"a\x00": "b"}}}},
        {"fields": {"name": {"column": "name", "values": {"a": "\ud800"}}}},
        {"fields": {"name": "name"}, "encoding": "rot13"},
        {"fields": {"name": "name"}, "encoding": "unicode_escape"},
        {"fields": {"name": "name"}, "delimiter": ";;"},
    ],
)
def test_a_mapping_can_not_smuggle_in_what_no_database_stores(mapping: Any) -> None:
    with pytest.raises(ImportRefused):
        uploaded("companies", "name\nA\n", mapping=mapping)


def test_a_file_with_a_header_and_no_rows_says_so() -> None:
    run = imported("companies", "name,city\n")

    assert (run.status, run.message) == ("finished", "The file has a header and no rows.")


def test_what_is_wrong_is_written_in_the_language_of_the_person(ana: Any) -> None:
    ana.language = "id"
    ana.save()

    run = imported("companies", FIVE, by=ana)

    assert run.problems.get().sentence not in ("", "This is no number.")
