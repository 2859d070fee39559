"""Reading bodies: JSON of a bounded size, whose texts a database can hold."""

import codecs
import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from config.common.api.errors import TooLarge

# A rule of a segment as deep as rules may be needs some twenty.
DEEPEST = 32


class StrictJSONParser(JSONParser):
    """JSON in UTF-8, not too large or deep, without NUL characters, lone surrogates, NaN or a name given twice."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raise ParseError (400) or TooLarge (413)."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge
        try:
            # json.loads would guess among UTF-16 and UTF-32 too, which callers don't mean.
            text = codecs.decode(raw, "utf-8-sig")
            body = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_repetition)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(_("The body is no valid JSON: %(why)s") % {"why": str(error)[:200]}) from error
        if "\\u" in text:
            _check_texts(body)
        if _depth(body) > DEEPEST:
            raise exceptions.ParseError(
                _("The body is nested too deeply: more than %(most)s levels.") % {"most": DEEPEST}
            )
        return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("a name is given twice"))
    return found


def _check_texts(value: Any) -> None:
    """Refuse what no database column can hold."""
    for text in _texts(value):
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise exceptions.ParseError(_("Texts can't hold NUL characters or halves of surrogate pairs."))


def _texts(value: Any) -> Any:
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, dict):
            waiting.extend(current.keys())
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        below: list[Any] = []
        for current in level:
            if isinstance(current, dict):
                below.extend(current.values())
            elif isinstance(current, list):
                below.extend(current)
        level, depth = below, depth + 1
    return depth
