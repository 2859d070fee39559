"""Countries, languages and time zones as people choose them, named in the reader's language."""

import zoneinfo
from functools import cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("en", "id", "vi", "de", "es", "fr", "it", "ja", "ko", "ms", "nl", "pt", "ru", "th", "zh")

# Codes for an unknown place, for unions, and for trying things out.
_NO_COUNTRIES = {"ZZ", "EU", "UN", "EZ", "QO", "XA", "XB"}


@cache
def _territories() -> frozenset[str]:
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES)


def check_country(code: str) -> None:
    """Refuse what is not an ISO 3166 code of two capital letters."""
    if code not in _territories():
        raise ValidationError(
            _("%(code)s is no country. Write its two-letter code, like ID or VN."), params={"code": code}
        )


def country_name(code: str) -> str:
    """Return the country's name in the reader's language, or the code itself."""
    return str(Locale(get_language() or "en").territories.get(code, code))


def country_choices() -> list[tuple[str, str]]:
    """Return all countries by name in the reader's language."""
    names = Locale(get_language() or "en").territories
    return sorted(((code, names.get(code, code)) for code in _territories()), key=lambda pair: pair[1])


def country_code(text: str) -> str | None:
    """Return the code of a country given by code or by name in English, Indonesian or Vietnamese; None if unknown."""
    given = text.strip()
    if given.upper() in _territories():
        return given.upper()
    for language in ("en", "id", "vi"):
        for code, name in Locale(language).territories.items():
            if name.casefold() == given.casefold() and code in _territories():
                return str(code)
    return None


def language_choices() -> list[tuple[str, str]]:
    """Return the languages a contact may be written to in, named in the reader's language."""
    names = Locale(get_language() or "en").languages
    return [(code, names.get(code, code)) for code in LANGUAGES]


def time_zone_choices() -> list[tuple[str, str]]:
    """Return all time zones."""
    return [(name, name) for name in sorted(zoneinfo.available_timezones()) if "/" in name or name == "UTC"]
