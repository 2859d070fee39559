"""From printable facts to a PDF, or to pictures of its pages: Typst sets a template of this slice, and facts reach it
as JSON, never as markup.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typst import TypstError, compile

from deals.documents.fonts import font_book
from deals.documents.legible import legible, plainly_legible

SHEETS = Path(__file__).parent / "sheets"
TEMPLATES = frozenset({"invoice", "credit_note", "quote"})
# Sharp on a screen at the width of half a page, and light enough to be looked at again and again.
DOTS_PER_INCH = 130


def render(template: str, facts: dict[str, Any], *, language: str) -> bytes:
    """Return the facts set in the template as a PDF/A-3b with its fonts inside.

    The same facts give the same bytes: the file is dated by ``facts["issued_on"]`` (an ISO day), not by the clock.
    Facts are only ever text. What no font can show is printed as ``□``. Raises ``ValueError`` for a template there is
    not.
    """
    pages: bytes = _set(template, facts, language, format="pdf", pdf_standards=["a-3b"])
    return pages


def draw(template: str, facts: dict[str, Any], *, language: str) -> list[bytes]:
    """Return a picture (PNG) of each page that ``render`` would set. Raises ``ValueError`` as it does."""
    drawn = _set(template, facts, language, format="png", ppi=DOTS_PER_INCH)
    return drawn if isinstance(drawn, list) else [drawn]


def _set(template: str, facts: dict[str, Any], language: str, **output: Any) -> Any:
    if template not in TEMPLATES:
        raise ValueError(f"There is no template {template!r}.")
    try:
        return _compiled(template, legible(facts), language, output)
    except TypstError:
        # Every character had a glyph, but not every cluster: a mark of one script on a letter of another.
        return _compiled(template, plainly_legible(facts), language, output)


def _compiled(template: str, facts: dict[str, Any], language: str, output: dict[str, Any]) -> Any:
    day = datetime.fromisoformat(facts["issued_on"]).replace(tzinfo=UTC)
    return compile(
        SHEETS / f"{template}.typ",
        root=SHEETS,
        font_paths=font_book(),
        ignore_system_fonts=True,
        sys_inputs={
            "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True),
            "language": language.partition("-")[0],
        },
        timestamp=day,
        **output,
    )
