"""Amounts in words, as a reader of each language would write them by hand."""

from decimal import Decimal

import pytest

from deals.documents.spelling import english, indonesian, vietnamese
from deals.documents.words import amount_in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (20, "twenty"),
        (21, "twenty-one"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (342, "three hundred and forty-two"),
        (1_000, "one thousand"),
        (1_001, "one thousand and one"),
        (1_100, "one thousand one hundred"),
        (12_012, "twelve thousand and twelve"),
        (100_000, "one hundred thousand"),
        (1_000_021, "one million and twenty-one"),
        (1_234_567, "one million two hundred and thirty-four thousand five hundred and sixty-seven"),
        (2_000_000_300, "two billion three hundred"),
        (10**12, "one trillion"),
        (10**15, "one quadrillion"),
    ],
)
def test_english_has_hyphens_and_an_and(number: int, words: str) -> None:
    assert english.spell(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (1_000, "seribu"),
        (1_001, "seribu satu"),
        (1_100, "seribu seratus"),
        (2_000, "dua ribu"),
        (11_000, "sebelas ribu"),
        (21_000, "dua puluh satu ribu"),
        (100_000, "seratus ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (1_110_000, "satu juta seratus sepuluh ribu"),
        (10**9, "satu miliar"),
        (10**12, "satu triliun"),
        (10**15, "satu kuadriliun"),
        (
            12_345_678_901,
            "dua belas miliar tiga ratus empat puluh lima juta enam ratus tujuh puluh delapan ribu sembilan ratus satu",
        ),
    ],
)
def test_indonesian_says_se_for_one_ten_hundred_and_thousand_only(number: int, words: str) -> None:
    assert indonesian.spell(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (91, "chín mươi mốt"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (104, "một trăm linh bốn"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_015, "một nghìn không trăm mười lăm"),
        (1_500, "một nghìn năm trăm"),
        (2_024, "hai nghìn không trăm hai mươi tư"),
        (10_000, "mười nghìn"),
        (105_000, "một trăm linh năm nghìn"),
        (1_000_005, "một triệu không trăm linh năm"),
        (1_001_000, "một triệu không trăm linh một nghìn"),
        (1_050_000, "một triệu không trăm năm mươi nghìn"),
        (1_080_021, "một triệu không trăm tám mươi nghìn không trăm hai mươi mốt"),
        (21_500_000, "hai mươi mốt triệu năm trăm nghìn"),
        (10**9, "một tỷ"),
        (10**9 + 5, "một tỷ không trăm linh năm"),
        (1_000_005_000, "một tỷ không trăm linh năm nghìn"),
        (1_010_000_000, "một tỷ không trăm mười triệu"),
        (1_200_000_000_000, "một nghìn hai trăm tỷ"),
        (1_005_000_000_000, "một nghìn không trăm linh năm tỷ"),
        (10**15, "một triệu tỷ"),
        (
            12_345_678_901,
            "mười hai tỷ ba trăm bốn mươi lăm triệu sáu trăm bảy mươi tám nghìn chín trăm linh một",
        ),
    ],
)
def test_vietnamese_reads_empty_places_and_changes_one_four_and_five_after_tens(number: int, words: str) -> None:
    assert vietnamese.spell(number) == words


@pytest.mark.parametrize(
    ("amount", "currency", "minor_units", "language", "words"),
    [
        ("1110000", "IDR", 0, "id", "Satu juta seratus sepuluh ribu rupiah"),
        ("1000.50", "IDR", 2, "id", "Seribu rupiah lima puluh sen"),
        ("12.05", "USD", 2, "id", "Dua belas dolar Amerika Serikat lima sen"),
        ("1500000", "VND", 0, "id", "Satu juta lima ratus ribu dong Vietnam"),
        ("2.5", "EUR", 2, "id", "Dua euro lima puluh sen"),
        ("1.005", "KWD", 3, "id", "Satu dinar Kuwait lima fils"),
        ("1080000", "VND", 0, "vi", "Một triệu không trăm tám mươi nghìn đồng"),
        ("15.25", "VND", 2, "vi", "Mười lăm đồng và hai mươi lăm xu"),
        ("3000.25", "USD", 2, "vi", "Ba nghìn đô la Mỹ và hai mươi lăm xu"),
        ("500", "IDR", 0, "vi", "Năm trăm rupiah"),
        ("21", "EUR", 2, "vi", "Hai mươi mốt euro"),
        ("0.125", "KWD", 3, "vi", "Không dinar Kuwait và một trăm hai mươi lăm fils"),
        ("1", "USD", 2, "en", "One US dollar"),
        ("1.01", "USD", 2, "en", "One US dollar and one cent"),
        ("1234.56", "USD", 2, "en", "One thousand two hundred and thirty-four US dollars and fifty-six cents"),
        ("0.05", "EUR", 2, "en", "Zero euros and five cents"),
        ("1", "EUR", 2, "en", "One euro"),
        ("2.250", "KWD", 3, "en", "Two Kuwaiti dinars and two hundred and fifty fils"),
        ("1000000", "IDR", 0, "en", "One million rupiah"),
        ("21000", "VND", 0, "en", "Twenty-one thousand dong"),
        ("0", "USD", 2, "en", "Zero US dollars"),
    ],
)
def test_amounts_name_their_currency_and_its_small_coins(
    amount: str, currency: str, minor_units: int, language: str, words: str
) -> None:
    assert amount_in_words(Decimal(amount), currency, minor_units, language) == words


@pytest.mark.parametrize(
    ("amount", "language", "words"),
    [
        ("12.5", "en", "Twelve point five zero SGD"),
        ("12.5", "id", "Dua belas koma lima nol SGD"),
        ("12.5", "vi", "Mười hai phẩy năm không SGD"),
        ("12", "vi", "Mười hai SGD"),
    ],
)
def test_a_currency_without_a_name_is_called_by_its_code(amount: str, language: str, words: str) -> None:
    assert amount_in_words(Decimal(amount), "SGD", 2, language) == words


def test_decimals_that_are_not_the_currencys_coins_are_read_digit_by_digit() -> None:
    assert amount_in_words(Decimal("1.005"), "USD", 3, "en") == "One point zero zero five US dollars"


def test_an_unknown_language_is_answered_in_english() -> None:
    assert amount_in_words(Decimal(21), "EUR", 2, "de") == "Twenty-one euros"


def test_variants_of_a_language_are_that_language() -> None:
    assert amount_in_words(Decimal(5), "VND", 0, "vi-vn") == "Năm đồng"


@pytest.mark.parametrize("amount", ["-1", "1000000000000000.01"])
def test_amounts_beyond_the_words_are_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="from zero to a quadrillion"):
        amount_in_words(Decimal(amount), "USD", 2, "en")
