"""The fonts that documents are set in, all from packages of the lock, and which characters they have."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont
from typst import Fonts

# The family that texts are set in comes first; what it lacks is looked for in the others, in this order.
_TEXT = "fontpkg_source_sans_3"
_OTHERS = (
    "noto_cjk_sans_jp_regular",
    "fontpkg_noto_sans_arabic",
    "fontpkg_noto_sans_thai",
    "fontpkg_noto_sans_khmer",
)


@cache
def font_book() -> Fonts:
    """Return the fonts that the compiler may use: none of the system's and none of its own."""
    return Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[_folder(package) for package in (_TEXT, "fontpkg_source_serif_4", *_OTHERS)],
    )


def has_glyph(character: str) -> bool:
    """Tell whether one of the fonts can show the character."""
    return in_text_font(character) or any(ord(character) in _characters(package) for package in _OTHERS)


def in_text_font(character: str) -> bool:
    """Tell whether the family that texts are set in can show the character by itself."""
    return ord(character) in _characters(_TEXT)


@cache
def _characters(package: str) -> frozenset[int]:
    return frozenset(code for path in _font_files(package) for code in TTFont(path, lazy=True).getBestCmap())


def _font_files(package: str) -> Iterator[Path]:
    return (path for path in sorted(_folder(package).iterdir()) if path.suffix in {".ttf", ".otf"})


def _folder(package: str) -> Path:
    root = Path(str(files(package)))
    return root / "files" if (root / "files").is_dir() else root
