"""Tells programs from people by what they say of themselves."""

import re

_BOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|fetch|check|facebookexternalhit|whatsapp/|"
    r"telegram|skypeuri|slack|discord|embedly|pingdom|uptime|curl/|wget/|python-|httpx|aiohttp|go-http|java/|okhttp|"
    r"libwww|axios|node-fetch|postman|safelinks|proofpoint|mimecast|barracuda|googleimageproxy|lighthouse|phantomjs",
    re.IGNORECASE,
)


def is_bot(user_agent: str) -> bool:
    """Say whether a visitor is a program: a crawler, a mail scanner, a preview."""
    return _BOTS.search(user_agent) is not None
