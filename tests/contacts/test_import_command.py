"""``manage.py import_data``: what it prints and how it ends."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.imports.models import Import
from contacts.models import Company, User
from deals.models import Deal, Product
from tests.factories.contacts import UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> tuple[int, str]:
    """Return how the command ended and what it printed."""
    output = io.StringIO()
    try:
        call_command("import_data", *map(str, arguments), stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


@pytest.fixture
def companies(tmp_path: Path) -> Path:
    path = tmp_path / "companies.csv"
    path.write_text("name,owner\nA,Nobody\nB,\nC,\n")
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("name,email\nRani,rani@x.example\n")
    (tmp_path / "firms.csv").write_text("firm\nAcme\n")
    (tmp_path / "deals.csv").write_text("id,name,owner,company\n1,Drills,Rani,Acme\n2,Saws,Rani,Nobody\n")
    path = tmp_path / "plan.toml"
    path.write_text(
        '[[steps]]\nkind = "users"\nfile = "people.csv"\n'
        '[[steps]]\nkind = "companies"\nfile = "firms.csv"\n[steps.fields]\nname = "firm"\n'
        '[[steps]]\nkind = "deals"\nfile = "deals.csv"\n'
    )
    return path


def test_bad_rows_end_the_command_with_one_and_are_printed_with_line_column_value_and_sentence(companies: Path) -> None:
    code, printed = run("companies", companies)

    assert code == 1
    assert "new 2, changed 0, unchanged 0, with problems 1" in printed
    assert "line 2, column owner, value “Nobody”: No user is called “Nobody”." in printed


def test_names_that_match_nothing_are_printed_with_their_counts_before_the_rows_are_saved(companies: Path) -> None:
    printed = run("companies", companies)[1]

    assert "Owner: 1 names match nothing" in printed
    assert printed.index("1 × Nobody") < printed.index("3 of 3 rows") < printed.index("line 2")


def test_good_files_end_the_command_with_zero(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("name\nA\n")

    assert run("companies", tmp_path / "c.csv")[0] == 0


def test_a_dry_run_says_what_would_be_and_writes_nothing(companies: Path) -> None:
    code, printed = run("companies", companies, "--dry-run")

    assert code == 1
    assert "would be: new 2" in printed
    assert not Company.objects.exists()


def test_all_or_nothing_saves_nothing(companies: Path) -> None:
    code, printed = run("companies", companies, "--all-or-nothing")

    assert code == 1
    assert "Nothing was saved" in printed
    assert not Company.objects.exists()


def test_a_mapping_file_says_which_column_is_what(tmp_path: Path, companies: Path) -> None:
    (tmp_path / "m.toml").write_text('[fields]\nname = "name"\nowner = { column = "owner", unknown = "empty" }\n')

    assert run("companies", companies, "--mapping", tmp_path / "m.toml")[0] == 0
    assert Company.objects.count() == 3


def test_a_plan_imports_its_files_in_order(plan: Path) -> None:
    code, printed = run(plan)

    assert code == 1
    assert Deal.objects.get().company == Company.objects.get()
    assert [line for line in printed.splitlines() if "→" in line] == [
        "people.csv → Users with teams",
        "firms.csv → Companies",
        "deals.csv → Deals",
    ]


def test_a_dry_run_of_a_plan_counts_what_its_earlier_files_would_bring(plan: Path) -> None:
    code, printed = run(plan, "--dry-run")

    assert code == 1
    assert "new 1, changed 0, unchanged 0, with problems 1" in printed
    assert (User.objects.count(), Company.objects.count(), Deal.objects.count(), Import.objects.count()) == (0, 0, 0, 0)


def test_a_plan_is_saved_whole_or_not_at_all_if_that_is_asked(plan: Path) -> None:
    assert run(plan, "--all-or-nothing")[0] == 1
    assert not User.objects.exists()

    (plan.parent / "deals.csv").write_text("id,name,owner,company\n1,Drills,Rani,Acme\n")
    assert run(plan, "--all-or-nothing")[0] == 0
    assert (User.objects.count(), Deal.objects.count()) == (1, 1)


def test_an_ambiguous_column_ends_the_command_with_the_question(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("name,known since\nA,03/04/2024\n")

    code, printed = run("companies", tmp_path / "c.csv")

    assert code == 1
    assert "can be read in two ways: 03/04/2024 is 2024-04-03 or 2024-03-04" in printed
    assert not Company.objects.exists()


def test_a_run_that_was_interrupted_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("name\nA\nB\n")
    (tmp_path / "m.toml").write_text('[fields]\nname = "name"\n')
    run("companies", tmp_path / "c.csv", "--mapping", tmp_path / "m.toml")
    Company.objects.filter(name="B").delete()
    Import.objects.update(status="running", next_row=0, rows_new=0)

    printed = run("companies", tmp_path / "c.csv", "--mapping", tmp_path / "m.toml")[1]

    assert "going on with import" in printed
    assert (Import.objects.count(), Company.objects.count()) == (1, 2)


def test_the_acting_user_is_named_in_histories_and_needs_the_rights(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,price\nDrill,5\n")
    UserFactory(email="maya@x.example", role="sales-manager")
    UserFactory(email="rani@x.example", role="sales-rep")

    assert run("products", tmp_path / "p.csv", "--as", "Maya@x.example")[0] == 0
    assert Product.history.get().history_user.email == "maya@x.example"
    with pytest.raises(CommandError, match="may not import"):
        run("products", tmp_path / "p.csv", "--as", "rani@x.example")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["companies"], "Give a kind and a file"),
        (["companies", "nowhere.csv"], "There is no file"),
        (["cars", __file__], "nothing called “cars”"),
        (["nowhere.toml"], "can't be read"),
        (["companies", __file__, "--mapping", __file__], "can't be read as TOML"),
        (["companies", __file__, "--as", "nobody@x.example"], "no active user"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)


def test_a_plan_that_names_a_file_that_is_not_there_is_refused_before_anything_is_written(plan: Path) -> None:
    (plan.parent / "deals.csv").unlink()

    with pytest.raises(CommandError, match=r"no file deals\.csv"):
        run(plan)
    assert not User.objects.exists()


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("name,owner\nA,\x1b[31mred\n")

    assert "\x1b" not in run("companies", tmp_path / "c.csv")[1]
