"""``manage.py attribute``: any CSV of journeys, sums shown, and clear words about bad files."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

THREE = "path,total_conversions,total_conversion_value,total_null\nC1 > C2 > C3,1,100,0\nC1,0,0,1\nC2 > C3,0,0,1\n"


def told(tmp_path: Path, text: str | bytes, *options: str) -> str:
    file, out = tmp_path / "journeys.csv", StringIO()
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    call_command("attribute", str(file), *options, stdout=out)
    return out.getvalue()


def test_the_published_example_comes_out_as_a_table_with_its_sums(tmp_path: Path) -> None:
    lines = told(tmp_path, THREE, "--model", "markov").splitlines()

    assert [line.split() for line in lines[1:5]] == [
        ["C1", "0.200000", "20.00", "0.500000"],
        ["C2", "0.400000", "40.00", "1.000000"],
        ["C3", "0.400000", "40.00", "1.000000"],
        ["Total", "1", "100"],
    ]
    assert "chance of 0.333333; 3 states were solved in fractions, exact" in lines[5]


def test_columns_and_separator_are_chosen(tmp_path: Path) -> None:
    text = "way;won;worth\nA|B;2;10,5\n".replace("10,5", "10.5")

    found = told(
        tmp_path, text, "--model", "linear", "--path", "way", "--conversions", "won", "--value", "worth",
        "--separator", "|", "--format", "json",
    )  # fmt: skip

    assert [(each["label"], each["value"]) for each in json.loads(found)["credits"]] == [("A", "5.25"), ("B", "5.25")]


def test_marked_touches_are_milestones_of_w_shaped(tmp_path: Path) -> None:
    found = told(tmp_path, "path\nA > B (lead) > C > D (opportunity)\n", "--model", "w", "--format", "csv")

    assert found.splitlines()[1:] == ["A,0.300000,0,", "B,0.300000,0,", "C,0.100000,0,", "D,0.300000,0,"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "no column “path”. It has: a, b"),
        ("path,conversions\nA,1\nB,two\n", "Line 3: “two” is not a number"),
        ("path,conversions\nA,-1\n", "Line 2: “-1” is not a number"),
        ("path,conversions\nA,1,3\n", "Line 2 has 3 values, and the head names 2"),
        ("path,conversions,value\nA,0,3\n", "Line 2: a journey that never converted has no value"),
        (b"path\n\xff\xfe\n", "can't be read as CSV in UTF-8"),
        ("", "no column “path”"),
    ],
)
def test_bad_files_are_refused_with_the_line(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)):
        told(tmp_path, text, "--model", "linear")


def test_a_missing_file_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere.csv can't be read: No such file"):
        call_command("attribute", "nowhere.csv", "--model", "last")
    with pytest.raises(CommandError, match="no column “sum”"):
        told(tmp_path, THREE, "--model", "last", "--value", "sum")
