"""Dates and numbers are read as stated or as the column proves; what stays ambiguous is asked about, never guessed."""

from datetime import date
from decimal import Decimal

import pytest

from contacts.imports.dates import DateEvidence, DateFormat, check_format
from contacts.imports.errors import ImportRefused, Question
from contacts.imports.numbers import NumberEvidence, NumberFormat


def dates(*cells: str) -> DateFormat | Question:
    evidence = DateEvidence("paid on", "opened_on")
    for cell in cells:
        evidence.see(cell)
    return evidence.settle()


def numbers(*cells: str, whole: bool = False) -> NumberFormat | Question:
    evidence = NumberEvidence("price", "amount", whole=whole)
    for cell in cells:
        evidence.see(cell)
    return evidence.settle()


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-31",
        "2024/1/31",
        "2024.01.31",
        "20240131",
        "2024-01-31 10:20",
        "2024-01-31T10:20:30.5Z",
        "31 Jan 2024",
        "January 31, 2024",
        "31 Januari 2024",
    ],
)
def test_dates_that_can_be_read_in_one_way_need_no_format(cell: str) -> None:
    assert DateFormat().read(cell) == date(2024, 1, 31)


def test_one_day_above_twelve_proves_the_order_of_the_whole_column() -> None:
    format_ = dates("03/04/2024", "31/01/2024")

    assert isinstance(format_, DateFormat)
    assert format_.read("03/04/2024") == date(2024, 4, 3)


def test_a_month_first_column_is_proved_too() -> None:
    format_ = dates("03/04/2024", "01/31/2024")

    assert isinstance(format_, DateFormat)
    assert format_.read("03/04/2024") == date(2024, 3, 4)


def test_an_ambiguous_column_is_asked_about_with_both_readings() -> None:
    question = dates("03/04/2024", "05/06/2024")

    assert isinstance(question, Question)
    assert "“paid on”" in question.sentence
    assert "2024-04-03" in question.sentence
    assert "2024-03-04" in question.sentence
    assert [choice[0] for choice in question.choices] == ["DD/MM/YYYY", "MM/DD/YYYY"]


def test_a_column_whose_days_are_their_months_is_not_ambiguous() -> None:
    format_ = dates("05/05/2024", "07/07/2024")

    assert isinstance(format_, DateFormat)
    assert format_.read("05/05/2024") == date(2024, 5, 5)


def test_a_column_that_mixes_both_orders_is_refused() -> None:
    with pytest.raises(ImportRefused, match="mixes"):
        dates("31/01/2024", "01/31/2024")


def test_years_of_two_digits_are_asked_about() -> None:
    assert isinstance(dates("31/01/24"), Question)


def test_a_stated_format_is_the_only_one() -> None:
    format_ = DateFormat(stated=check_format("%d.%m.%Y"))

    assert format_.read("03.04.2024") == date(2024, 4, 3)
    assert format_.read("2024-04-03") is None


@pytest.mark.parametrize("cell", ["2024-02-30", "32/01/2024", "yesterday", "0", ""])
def test_what_is_no_date_is_no_date(cell: str) -> None:
    assert DateFormat(order="dmy").read(cell) is None


@pytest.mark.parametrize("stated", ["DD/MM", "day first", "YYYY", "%Y-%m"])
def test_a_format_without_day_month_and_year_is_refused(stated: str) -> None:
    with pytest.raises(ImportRefused, match="no date format"):
        check_format(stated)


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,234.56"], "."),
        (["1.234,56"], ","),
        (["1.500.000"], ","),
        (["1,500,000"], "."),
        (["1.234", "0,5"], ","),
        (["1,234", "2.5"], "."),
        (["12,5"], ","),
        (["Rp 1.500.000"], ","),
        (["$1,234.50"], "."),
        (["1 234,50 €"], ","),
        (["1100.04", "4618"], "."),
    ],
)
def test_a_column_proves_its_decimal_sign(cells: list[str], decimal: str) -> None:
    assert numbers(*cells) == NumberFormat(decimal)


def test_a_column_that_could_be_thousands_or_decimals_is_asked_about() -> None:
    question = numbers("1.234", "5.678")

    assert isinstance(question, Question)
    assert "“price”" in question.sentence
    assert [choice[0] for choice in question.choices] == [".", ","]


def test_whole_numbers_have_no_decimals_so_their_signs_group_thousands() -> None:
    format_ = numbers("1.234", whole=True)

    assert isinstance(format_, NumberFormat)
    assert format_.read("1.234") == 1234


def test_a_column_that_mixes_decimal_signs_is_refused() -> None:
    with pytest.raises(ImportRefused, match="mixes"):
        numbers("1,5", "1.5")


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("1.500.000 ₫", ",", "1500000"),
        ("(500)", ".", "-500"),
        ("-1,5", ",", "-1.5"),
        ("12,34,567", ".", "1234567"),
        ("1'234.50", ".", "1234.50"),
        ("60 %", ".", "60"),
        ("5 USD", ".", "5"),
    ],
)
def test_numbers_are_read_as_people_write_them(cell: str, decimal: str, number: str) -> None:
    assert NumberFormat(decimal).read(cell) == Decimal(number)


@pytest.mark.parametrize("cell", ["twelve", "1.2.3", "1,23,4", "--5", "1e5", "NaN", "Infinity", "٣", "=1+1", "5" * 60])
def test_what_is_no_number_is_no_number(cell: str) -> None:
    assert NumberFormat(".").read(cell) is None


def test_a_number_of_an_excel_cell_keeps_its_digits() -> None:
    assert NumberFormat(".").read(0.1) == Decimal("0.1")
