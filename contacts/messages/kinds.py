"""What messages and notifications are about, in words: the apps that write them register the names of their kinds."""

from django.utils.functional import Promise

_titles: dict[str, str | Promise] = {}


def register_kind(code: str, title: str | Promise) -> None:
    """Name a kind, such as ``quote``; called by ``ready``."""
    _titles[code] = title


def kind_title(code: str) -> str:
    """Return the name of a kind in the reader's language; one that nobody named shows its code."""
    return str(_titles.get(code, code))
