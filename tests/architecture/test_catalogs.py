"""Every sentence is there in Indonesian and Vietnamese: nothing missing, nothing left over, nothing half translated."""

import gettext
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.architecture.source import ROOT, STACK

LANGUAGES = ("id", "vi")
# Where catalogs stand: beside the code of each app; the floor's also completes what unfold leaves in English.
PLACES = ("config/common", "contacts", "deals", "campaigns")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

pytestmark = pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="collecting messages needs gettext: apt install gettext"
)
every_catalog = pytest.mark.parametrize(
    ("place", "language"), [(place, language) for place in PLACES for language in LANGUAGES]
)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the code with catalogs as they would be collected today, untranslated."""
    copy = tmp_path_factory.mktemp("catalogs")
    for package in STACK:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "locale"))
    shutil.copy(ROOT / "manage.py", copy)
    for place in PLACES:
        (copy / place / "locale").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--no-wrap", *(f"--locale={language}" for language in LANGUAGES)],
        cwd=copy,
        env={"PATH": "/usr/bin:/bin", "TANDEM_BOOTSTRAP": "off", "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        check=True,
        capture_output=True,
    )
    yield copy
    shutil.rmtree(copy)


def catalog(root: Path, place: str, language: str) -> Catalog:
    path = root / place / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(of: Catalog) -> dict[str, Message]:
    """Return the messages by their singular and context."""
    return {f"{message.context or ''}{_first(message.id)}": message for message in of if message.id}


def _first(text: object) -> str:
    return str(text[0]) if isinstance(text, list | tuple) else str(text)


def _all(text: object) -> list[str]:
    return [str(part) for part in text] if isinstance(text, list | tuple) else [str(text)]


@every_catalog
def test_every_sentence_of_the_code_is_in_the_catalog(collected: Path, place: str, language: str) -> None:
    wanted, there = messages(catalog(collected, place, language)), messages(catalog(ROOT, place, language))

    missing = sorted(wanted.keys() - there.keys())
    assert not missing, f"{len(missing)} to collect with `poe messages`, such as {missing[:5]}"


@every_catalog
def test_no_catalog_keeps_a_sentence_that_the_code_has_lost(collected: Path, place: str, language: str) -> None:
    wanted, there = messages(catalog(collected, place, language)), messages(catalog(ROOT, place, language))

    assert sorted(there.keys() - wanted.keys()) == []


@every_catalog
def test_every_sentence_is_translated(place: str, language: str) -> None:
    there = messages(catalog(ROOT, place, language))

    left = [key for key, message in there.items() if message.fuzzy or not all(_all(message.string))]
    assert not left, f"{len(left)} to translate, such as {left[:5]}"


@every_catalog
def test_a_translation_has_the_same_gaps_to_fill(place: str, language: str) -> None:
    wrong = []
    for key, message in messages(catalog(ROOT, place, language)).items():
        gaps = {frozenset(PLACEHOLDER.findall(text)) for text in _all(message.id)}
        for text in _all(message.string):
            if text and frozenset(PLACEHOLDER.findall(text)) not in gaps:
                wrong.append(key)
    assert wrong == []


@every_catalog
def test_what_the_program_reads_is_what_the_catalog_says(place: str, language: str) -> None:
    path = ROOT / place / "locale" / language / "LC_MESSAGES" / "django.mo"
    there = messages(catalog(ROOT, place, language))
    if not there:
        pytest.fail(f"There is no catalog for {language} in {place}.")
    assert path.exists(), "compile with `poe messages`"

    with path.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = []
    for key, message in there.items():
        context, text = message.context, _first(message.id)
        said = compiled.pgettext(context, text) if context else compiled.gettext(text)
        if not isinstance(message.id, list | tuple) and said != _first(message.string):
            stale.append(key)
    assert stale == []


def test_sentences_are_marked_by_names_that_are_collected() -> None:
    odd = re.compile(r"import n?p?gettext\w* as (?!_$)\w+", re.MULTILINE)
    files = [path for package in STACK for path in (ROOT / package).rglob("*.py")]

    assert [str(path) for path in files if odd.search(path.read_text())] == []
