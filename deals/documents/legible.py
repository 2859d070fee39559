"""Text as it can be printed: whatever a customer is called, a document comes out, and nothing in it is hidden."""

import unicodedata
from collections.abc import Callable
from typing import Any

from deals.documents.fonts import has_glyph, in_text_font

# Stands for what no font can show.
MISSING = "□"
# Overrides of direction can make an amount read backwards; controls and private characters mean nothing on paper.
_HIDDEN = {"Cc", "Cs", "Co", "Cn"}
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def legible(value: Any, shows: Callable[[str], bool] = has_glyph) -> Any:
    """Return facts in which every text is composed (NFC), without hidden characters, and all of it can be shown.

    Texts within lists and mappings too; keys and other values stay as they are. Where no font has a character, ``□``
    stands for it.
    """
    if isinstance(value, str):
        return "".join(_shown(each, shows) for each in unicodedata.normalize("NFC", value))
    if isinstance(value, dict):
        return {key: legible(each, shows) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [legible(each, shows) for each in value]
    return value


def plainly_legible(value: Any) -> Any:
    """Return facts in which only what the main font has is left: marks of one script on letters of another are not."""
    return legible(value, in_text_font)


def _shown(character: str, shows: Callable[[str], bool]) -> str:
    if character in "\t\n\r\u2028\u2029":
        return " "
    category = unicodedata.category(character)
    if category in _HIDDEN or character in _DIRECTION:
        return MISSING if category in {"Co", "Cn"} else ""
    # Joiners and variation selectors have no glyph of their own.
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or shows(character):
        return character
    return MISSING
