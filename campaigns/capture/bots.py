"""Tells programs from people by what they say of themselves."""

import re

_BOTS = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|fetch|check|facebookexternalhit|whatsapp/|viber|"
    r"telegram|skypeuri|slack|discord|embedly|iframely|pingdom|uptime|curl|wget/|python|scrapy|httpx|aiohttp|httpclient|"
    r"go-http|java/|okhttp|httrack|libwww|lwp|axios|node\b|ruby|php/|postman|safelinks|proofpoint|mimecast|barracuda|"
    r"symantec|microsoft office|microsoft outlook|googleimageproxy|google-|-google|lighthouse|headless|"
    r"phantomjs|siteaudit",
    re.IGNORECASE,
)


def is_bot(user_agent: str) -> bool:
    """Say whether a visitor is a program: a crawler, a mail scanner, a preview, or one that doesn't say what it is."""
    return not user_agent.strip() or _BOTS.search(user_agent) is not None
