"""Documents as PDF: the same bytes for ever, everything legible, and no text that does anything but stand there."""

import io
import os
import subprocess
import sys
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from deals.documents.facts import Correction, Party, PrintedDocument
from deals.documents.legible import MISSING, legible
from deals.documents.pdf import render
from deals.documents.printing import draw_document, print_document, printable
from deals.documents.totals import TaxRule
from tests.architecture.source import ROOT
from tests.factories.documents import GOODS, printed_document

VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"


def pages(document: PrintedDocument) -> list[str]:
    """Return what a reader of each page reads, without the places where long words may break."""
    reader = PdfReader(io.BytesIO(print_document(document)))
    return [page.extract_text().replace("\u200b", "") for page in reader.pages]


def words(document: PrintedDocument) -> str:
    return " ".join(" ".join(pages(document)).split())


def billed_to(*lines: str, name: str = "PT Kedai Senja") -> PrintedDocument:
    return printed_document(buyer=Party(name, lines))


def test_the_same_facts_give_the_same_bytes() -> None:
    assert print_document(printed_document()) == print_document(printed_document())


def test_another_process_in_another_time_zone_gives_the_same_bytes() -> None:
    program = (
        "import django, hashlib; django.setup()\n"
        "from deals.documents.printing import print_document\n"
        "from tests.factories.documents import GOODS, printed_document\n"
        "print(hashlib.sha256(print_document(printed_document())).hexdigest())"
    )
    settled = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": str(ROOT)}
    prints = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | settled | {"PYTHONHASHSEED": seed, "TZ": zone},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "Asia/Jakarta"), ("2", "America/New_York"))
    }

    assert len(prints) == 1


def test_the_file_says_that_it_is_pdf_a_3b_and_is_dated_by_the_document() -> None:
    reader = PdfReader(io.BytesIO(print_document(printed_document())))

    about = reader.xmp_metadata.rdf_root.toxml()
    assert "<pdfaid:part>3</pdfaid:part>" in about
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in about
    assert reader.metadata.creation_date.date() == date(2026, 11, 21)
    assert reader.metadata.title == "Invoice INV-2026-00042"


def _fonts(content: bytes) -> list[Any]:
    """Return the descriptors of all fonts of a file."""
    reader = PdfReader(io.BytesIO(content))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    return [font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]


def test_all_fonts_are_inside() -> None:
    descriptors = _fonts(print_document(billed_to("上海市浦东新区", "กรุงเทพมหานคร", name="شركة الخليج")))

    assert all({"/FontFile2", "/FontFile3"} & set(each) for each in descriptors)
    names = {each["/FontName"].partition("+")[2].partition("-")[0] for each in descriptors}
    assert {"SourceSans3", "SourceSerif4Roman", "NotoSansCJKjp", "NotoSansArabic", "NotoSansThai"} <= names


def test_every_vietnamese_letter_is_printed() -> None:
    letters = VOWELS + VOWELS.upper() + "₫"
    text = words(billed_to(" ".join(letters), name=" ".join(letters)))

    assert text.count(" ".join(letters)) == 2
    assert MISSING not in text


def test_letters_typed_in_pieces_are_printed_in_one() -> None:
    name = "Công ty Nguyễn Vượng"

    assert print_document(billed_to(name=unicodedata.normalize("NFD", name))) == print_document(billed_to(name=name))


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x") #eval("1+1") #read("/etc/passwd")',
        "$x^2$ *bold* _italic_ `raw` <label> @ref",
        "\\ \\u{41} // /* ~ = Title - item + item [a] {b}",
        "<script>alert(1)</script> \"quotes\" 'single' -- --- ...",
        "%(page)s %s {0} %(day)s",
    ],
)
def test_what_looks_like_code_is_printed_as_it_was_typed(text: str) -> None:
    document = printed_document(buyer=Party(text, (text,)), terms=text, reference=text, goods=[(text, "kg", "1")])

    assert words(document).count(text) >= 4


def test_names_of_other_scripts_are_printed() -> None:
    text = words(billed_to("上海市浦东新区", "กรุงเทพมหานคร", "Ελληνικά Кириллица", name="شركة الخليج"))

    assert "上海市浦东新区" in text
    assert "Ελληνικά Кириллица" in text
    assert MISSING not in text


def test_what_no_font_can_show_is_a_box() -> None:
    assert "Coffee □ 上海 □" in words(billed_to("Coffee 😀 上海 \U000f0000"))


def test_nothing_turns_the_reading_direction_around_or_hides() -> None:
    assert legible("to \u202epay\u202c\x00 100\x07\u2066") == "to pay 100"


def test_facts_that_are_no_text_stay_what_they_are() -> None:
    assert legible({"a\x00": [1, True, None, ("b\nc",)]}) == {"a\x00": [1, True, None, ["b c"]]}


def test_marks_of_one_script_on_letters_of_another_still_make_a_document() -> None:
    assert pages(billed_to("k\u0e49 \u0e01\u064e \u1780\u0301"))


@given(text=st.text(min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_whatever_a_customer_is_called_a_document_comes_out(text: str) -> None:
    assert print_document(billed_to(text, name=text)).startswith(b"%PDF-1.7")


def test_many_lines_go_over_pages_which_repeat_the_heads_and_count_themselves() -> None:
    found = pages(printed_document(goods=[(f"Article {n}", "kg", "185000") for n in range(1, 61)]))
    with_lines = [page for page in found if "Article" in page]

    assert len(with_lines) > 1
    assert all("Unit price" in page for page in with_lines)
    assert all(f"INV-2026-00042 Page {number} of {len(found)}" in page for number, page in enumerate(found, start=1))
    assert [n for n in range(1, 61) if f"Article {n} " not in " ".join(found)] == []


def test_a_word_as_long_as_the_sheet_is_broken_and_stays_on_it() -> None:
    (page,) = pages(printed_document(goods=[("W" * 300, "kg", "1")]))
    broken = [line.count("W") for line in page.splitlines() if "WW" in line]

    assert sum(broken) == 300
    assert max(broken) < 60


def test_figures_too_wide_for_their_columns_stand_under_the_description() -> None:
    wide = printed_document(goods=[("Power station", "a unit with a long name", "333333333333333")], minor_units=3)

    # What stands above its figures has no column of its own.
    assert "Description" in words(printed_document())
    assert "Description" not in words(wide)
    assert words(wide).index("Power station") < words(wide).index("333,333,333,333,333.000")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["21 November 2026", "1,605,000", "1,605,000 = 1,471,250", "176,550", "IDR 1,781,550"]),
        ("id", ["21 November 2026", "1.605.000", "1.605.000 = 1.471.250", "176.550", "Rp 1.781.550"]),
        ("vi", ["21 tháng 11, 2026", "1.605.000", "1.605.000 = 1.471.250", "176.550", "1.781.550 IDR"]),
    ],
)
def test_numbers_and_days_are_written_as_the_reader_writes_them(language: str, shown: list[str]) -> None:
    text = words(printed_document(language=language)).replace("\xa0", " ")

    assert [each for each in shown if each not in text] == []
    assert "11/12 × " in text


def test_the_total_is_said_in_words_where_asked() -> None:
    said = "Satu juta tujuh ratus delapan puluh satu ribu lima ratus lima puluh rupiah"

    assert said in words(printed_document(language="id", in_words=True))
    assert said not in words(printed_document(language="id"))


def test_an_untaxed_line_says_why() -> None:
    note = {"name": "", "legal_note": "Article 196 of Directive 2006/112/EC"}
    text = words(printed_document(rule=TaxRule("reverse", Decimal(0)), tax=note))

    assert "Reverse charge: the buyer pays the tax" in text
    assert "Article 196 of Directive 2006/112/EC" in text


def test_prices_with_tax_show_what_the_total_contains() -> None:
    totals = printable(printed_document(prices_include_tax=True))["totals"]

    assert [row["label"] for row in totals] == ["Subtotal", "Total", "Of which net", "PPN 12%"]


def test_a_discount_stands_between_the_subtotal_and_the_net() -> None:
    totals = printable(printed_document(discount=Decimal("2.5")))["totals"]

    assert [row["label"] for row in totals] == ["Subtotal", "Discount 2.5%", "Net", "PPN 12%", "Total"]
    assert totals[1]["amount"] == "−40,125"


def test_columns_that_no_line_needs_are_left_out() -> None:
    text = words(printed_document())

    assert "Discount" not in text
    assert "Tax " in text


def test_a_credit_note_names_the_invoice_it_corrects_and_asks_for_no_payment() -> None:
    correction = Correction("INV-2026-00041", date(2026, 11, 2), "Two bags were damaged.")
    text = words(printed_document(kind="credit_note", correction=correction, due_on=None))

    assert "INV-2026-00041 of 2 November 2026" in text
    assert "Two bags were damaged." in text
    assert "Bank Central Asia" not in text


def test_a_quote_says_until_when_and_where_it_can_be_accepted() -> None:
    url = "https://tandem.example/q/abc"
    quote = printed_document(kind="quote", valid_until=date(2026, 12, 15), accept_url=url, revision=2)
    reader = PdfReader(io.BytesIO(print_document(quote)))

    links = [each.get_object()["/A"]["/URI"] for each in reader.pages[0]["/Annots"]]
    assert links == [url]
    assert "valid until 15 December 2026" in words(quote)


@pytest.mark.parametrize(
    ("country", "signatory", "signing"),
    [("ID", "", 1), ("VN", "", 2), ("SG", "", 0), ("SG", "Rani", 1)],
)
def test_there_is_room_for_signatures_where_custom_wants_it(country: str, signatory: str, signing: int) -> None:
    facts = printable(printed_document(country=country, signatory=signatory))

    assert len(facts["signatures"]) == signing


def test_there_are_no_other_templates() -> None:
    with pytest.raises(ValueError, match="no template"):
        render("../../settings", {}, language="en")


# --- Looked at before it is valid ---


def test_a_mark_stands_on_every_page_of_what_is_not_valid_yet() -> None:
    said = pages(printed_document(goods=GOODS * 30, mark="Draft"))

    assert len(said) > 1
    assert all("DRAFT" in "".join(page.split()) for page in said)


def test_a_document_is_drawn_page_by_page() -> None:
    document = printed_document(goods=GOODS * 30)
    pictures = draw_document(document)

    assert len(pictures) == len(pages(document))
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
