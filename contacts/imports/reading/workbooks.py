"""Rows of an Excel file."""

import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from contacts.imports.errors import ImportRefused
from contacts.imports.reading.delimited import RawRow

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a workbook may unpack to: a few kilobytes can hold gigabytes.
MOST_UNPACKED = 500 * 1024 * 1024


def is_workbook(start: bytes) -> bool:
    """Say whether a file that begins so may be an Excel file."""
    return start.startswith((ZIP, OLD_EXCEL))


class Workbook:
    """One sheet of an Excel file: the named one, else the first that has rows."""

    def __init__(self, file: BinaryIO, *, sheet: str = "") -> None:
        _check_size(file)
        file.seek(0)
        try:
            workbook = CalamineWorkbook.from_filelike(file)
            names = workbook.sheet_names
            if sheet and sheet not in names:
                sentence = _("There is no sheet “%(sheet)s” in this file. It has: %(names)s.")
                raise ImportRefused(sentence % {"sheet": sheet, "names": ", ".join(names)}, code="sheet_unknown")
            sheets = [workbook.get_sheet_by_name(name) for name in ([sheet] if sheet else names)]
        except CalamineError as error:
            raise ImportRefused(_sentence(error), code="workbook_broken") from None
        self.sheet = next((each for each in sheets if each.height), sheets[0] if sheets else None)

    def rows(self) -> Iterator[RawRow]:
        """Yield row number and cells of every row."""
        if self.sheet is None or self.sheet.start is None:
            return
        yield from enumerate(self.sheet.iter_rows(), start=1)


def _check_size(file: BinaryIO) -> None:
    file.seek(0)
    if file.read(4) != ZIP:
        return
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            is_excel = "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        raise ImportRefused(_sentence(None), code="workbook_broken") from None
    if not is_excel:
        raise ImportRefused(_("This file is no table. Upload a CSV or Excel (.xlsx) file."), code="file_not_a_table")
    if unpacked > MOST_UNPACKED:
        raise ImportRefused(
            _("This Excel file is too large. Save the sheet as CSV and upload that."), code="workbook_too_large"
        )


def _sentence(error: Any) -> str:
    if error is not None and "assword" in type(error).__name__ + str(error):
        return _("This Excel file is protected by a password. Save it without one and upload it again.")
    return _("This Excel file can't be read. Open it in Excel, save it as .xlsx or CSV, and upload it again.")
