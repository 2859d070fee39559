"""Values put together from others: ``{product}[ for {company}]``, ``{name|slug}@example.com``."""

import re
from collections.abc import Callable
from functools import cache

from django.utils.text import slugify
from django.utils.translation import gettext as _

from config.common.search import fold
from contacts.imports.errors import ImportRefused

_PLACE = re.compile(r"\{([^{}|\[\]]+)(?:\|(slug|lower|upper))?\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")

_CHANGES: dict[str, Callable[[str], str]] = {
    "slug": lambda text: slugify(fold(text)).replace("-", "."),
    "lower": str.lower,
    "upper": str.upper,
    "": str,
}


def names_in(pattern: str) -> list[str]:
    """Return the names a pattern refers to. Raises ImportRefused if its braces don't match."""
    if _PLACE.sub("", pattern).strip("[]").count("{") or "}" in _PLACE.sub("", pattern):
        sentence = _("The pattern “%(pattern)s” can't be read. Write it like {product} or {name|slug}@example.com.")
        raise ImportRefused(sentence % {"pattern": pattern}, code="pattern_invalid")
    return [match[1].strip() for match in _PLACE.finditer(pattern)]


def fill(pattern: str, value_of: Callable[[str], str]) -> str:
    """Return the pattern with its names replaced by values.

    A part in square brackets vanishes if a value in it is empty; outside of brackets an empty value empties the whole.
    """
    parts: list[str] = []
    for text, optional in _split(pattern):
        filled, complete = _fill(text, value_of)
        if not complete and not optional:
            return ""
        parts.append(filled if complete else "")
    return "".join(parts).strip()


@cache
def _split(pattern: str) -> tuple[tuple[str, bool], ...]:
    parts, end = [], 0
    for match in _OPTIONAL.finditer(pattern):
        parts += [(pattern[end : match.start()], False), (match[1], True)]
        end = match.end()
    return (*parts, (pattern[end:], False))


def _fill(text: str, value_of: Callable[[str], str]) -> tuple[str, bool]:
    complete = True

    def replace(match: re.Match[str]) -> str:
        nonlocal complete
        value = _CHANGES[match[2] or ""](value_of(match[1].strip()))
        complete = complete and bool(value)
        return value

    return _PLACE.sub(replace, text), complete
