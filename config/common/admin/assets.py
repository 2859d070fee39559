"""The house's own style sheet and script, served from here: no other host is ever asked."""

from django.http import HttpRequest
from django.templatetags.static import static


def tandem_css(request: HttpRequest) -> str:
    """Return the address of the style sheet."""
    return static("tandem/tandem.css")


def tandem_js(request: HttpRequest) -> str:
    """Return the address of the script."""
    return static("tandem/tandem.js")


def toasts_js(request: HttpRequest) -> str:
    """Return the address of the script of messages that stand a few seconds."""
    return static("tandem/toasts.js")


def icon(request: HttpRequest) -> str:
    """Return the address of the icon."""
    return static("tandem/icon.svg")
