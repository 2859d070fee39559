"""Files as people have them: every usual dialect and encoding gives the same table, junk one clear sentence."""

import io
from pathlib import Path

import pytest
import xlsxwriter

from contacts.imports.errors import ImportRefused
from contacts.imports.reading.tables import Table

ROWS = [
    ["name", "city", "note"],
    ["Công ty Đức", "Hà Nội", 'says "hi", twice'],
    ["Café Müller", "Zürich", "two\nlines"],
]


def table(content: bytes, **options: str) -> Table:
    return Table(io.BytesIO(content), **options)


def cells(content: bytes, **options: str) -> list[list[str]]:
    read = table(content, **options)
    return [read.header, *(list(row.cells) for row in read.rows())]


def as_csv(delimiter: str = ",", end: str = "\n") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    return end.join(delimiter.join(quoted(cell) for cell in row) for row in ROWS) + end


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_ending_gives_the_same_rows(delimiter: str, end: str) -> None:
    assert cells(as_csv(delimiter, end).encode()) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_gives_the_same_rows_with_or_without_a_mark(encoding: str) -> None:
    assert cells(as_csv(";").encode(encoding)) == ROWS


def test_what_is_no_utf8_is_read_as_windows_1252() -> None:
    assert cells("name;city\nCafé Müller;Zürich\n".encode("cp1252"))[1] == ["Café Müller", "Zürich"]


def test_an_encoding_can_be_stated() -> None:
    assert cells("name;city\nŁódź;Kraków\n".encode("cp1250"), encoding="cp1250")[1] == ["Łódź", "Kraków"]


def test_the_line_in_which_excel_states_its_delimiter_is_no_row() -> None:
    assert cells(b"sep=;\nname;city\nAcme, Inc;Bonn\n") == [["name", "city"], ["Acme, Inc", "Bonn"]]


def test_quotation_marks_may_be_escaped_by_a_backslash() -> None:
    assert cells(b'name,city\n"The \\"Inn\\"",Bonn\n')[1] == ['The "Inn"', "Bonn"]


def test_a_comma_in_a_value_does_not_make_the_comma_the_delimiter() -> None:
    assert cells(b"name;city;size\nA, B and C;X, Y;1\nD, E;Z;2\n")[1] == ["A, B and C", "X, Y", "1"]


def test_lines_are_numbered_as_an_editor_shows_them() -> None:
    read = table(b'name,note\n"A","one\ntwo"\n\nB,x\n')

    assert [row.line for row in read.rows()] == [2, 5]


def test_a_file_with_one_column_is_a_table_too() -> None:
    assert cells(b"name\nAcme\nBolt\n") == [["name"], ["Acme"], ["Bolt"]]


def test_ragged_lines_are_told_and_the_others_are_read() -> None:
    rows = list(table(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n").rows())

    assert [bool(row.broken) for row in rows] == [False, True, True, False]
    assert "2 values, the header has 3" in rows[1].broken
    assert "quotation marks" in rows[2].broken


def test_a_quotation_mark_that_is_never_closed_is_told_with_the_line_it_begins_in() -> None:
    rows = list(table(b'a,b\n1,2\n"open,3\n4,5\n').rows())

    assert [row.line for row in rows if row.broken] == [3]
    assert "never closed" in rows[-1].broken


def test_a_line_with_crooked_quotation_marks_does_not_take_the_next_one_with_it() -> None:
    rows = list(table(b'a,b\n"x" y,2\n3,4\n').rows())

    assert [(row.line, bool(row.broken)) for row in rows] == [(2, True), (3, False)]


def workbook(path: Path, rows: list[list[object]]) -> bytes:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Empty")
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def test_the_first_sheet_with_rows_of_an_excel_file_is_read(tmp_path: Path) -> None:
    read = table(workbook(tmp_path / "t.xlsx", [["name", "size"], ["Acme", 12.5], [None, None], ["Bolt", 3]]))

    assert [(row.line, list(row.cells)) for row in read.rows()] == [(2, ["Acme", 12.5]), (4, ["Bolt", 3.0])]


def test_a_sheet_can_be_named_and_a_wrong_name_lists_the_right_ones(tmp_path: Path) -> None:
    content = workbook(tmp_path / "t.xlsx", [["name"], ["Acme"]])

    with pytest.raises(ImportRefused, match="It has: Empty, Data"):
        table(content, sheet="Sales")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"Acme,2024-01-31,500\nBolt,2024-02-01,7\n", "has no header"),
        (b"name,size,Name\nAcme,1,2\n", "Two columns are called “name”"),
        (b"%PDF-1.7 \x00\x01", "is no table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is no table"),
        (bytes(range(256)) * 20, "is no table"),
        (b"PK\x03\x04" + b"broken zip" * 10, "can't be read"),
        (b"\xff\xfea\x00b\x00c", "can't be read as utf-16"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        table(content)


def test_an_archive_that_is_no_workbook_is_no_table(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("virus.exe", "x")

    with pytest.raises(ImportRefused, match="is no table"):
        table((tmp_path / "a.zip").read_bytes())


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        with archive.open("xl/sheet.xml", "w", force_zip64=True) as part:
            for _block in range(501):
                part.write(b"0" * 1024 * 1024)

    with pytest.raises(ImportRefused, match="too large"):
        table((tmp_path / "bomb.xlsx").read_bytes())
