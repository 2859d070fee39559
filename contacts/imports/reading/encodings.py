"""Finds out how the text of a file is encoded, by reading all of it once."""

import codecs
from typing import BinaryIO

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused

BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Beginnings of files that people take for tables: PDF, pictures, archives, programs, old mail.
_JUNK = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ",
    b"SQLite format 3",
)
# Python knows further codecs that are no encodings of files.
_TEXT_ENCODINGS = (
    "utf-8",
    "utf-16",
    "utf-32",
    "cp",
    "iso8859",
    "ascii",
    "gb",
    "big5",
    "shift",
    "euc",
    "koi8",
    "mac",
    "tis",
)
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


def find_encoding(file: BinaryIO, stated: str = "") -> str:
    """Return the name of the encoding. A stated one is only checked. Raises ImportRefused for what is no text."""
    file.seek(0)
    start = file.read(BLOCK)
    if stated:
        return _check(file, _known(stated))
    for mark, name in _MARKS:
        if start.startswith(mark):
            return _check(file, name)
    if start.startswith(_JUNK):
        raise _not_a_table()
    if name := _wide_without_mark(start):
        return _check(file, name)
    if _is_noise(start):
        raise _not_a_table()
    return "utf-8" if _decodes(file, "utf-8") else _check(file, "cp1252")


def _known(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if not known.startswith(_TEXT_ENCODINGS):
        raise ImportRefused(
            _("There is no encoding “%(name)s”. Write one like utf-8, cp1252 or utf-16.") % {"name": name},
            code="encoding_unknown",
        )
    return known


def _wide_without_mark(start: bytes) -> str:
    """Return UTF-16's byte order if every other byte of the (mostly Latin) text is zero."""
    sample = start[: 4096 - len(start) % 2]
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    if sample[1::2].count(0) > pairs * 0.6 and sample[0::2].count(0) < pairs * 0.1:
        return "utf-16-le"
    if sample[0::2].count(0) > pairs * 0.6 and sample[1::2].count(0) < pairs * 0.1:
        return "utf-16-be"
    return ""


def _is_noise(start: bytes) -> bool:
    # A stray control character is a fault of its cell; many are no text.
    return sum(byte in _CONTROLS for byte in start[:8192]) > max(4, len(start[:8192]) * 0.02)


def _check(file: BinaryIO, name: str) -> str:
    if _decodes(file, name):
        return name
    sentence = _("The file's text can't be read as %(name)s. Save it as “CSV UTF-8” and upload it again.")
    raise ImportRefused(sentence % {"name": name}, code="encoding_broken")


def _decodes(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _not_a_table() -> ImportRefused:
    return ImportRefused(_("This file is no table. Upload a CSV or Excel (.xlsx) file."), code="file_not_a_table")
