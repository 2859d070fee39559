"""What tests of capture need besides the smallest rows: strangers who fill in forms."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from campaigns.capture.form import AskFor
from campaigns.capture.linking import make_link
from campaigns.models import Campaign, TrackedLink, WebForm
from contacts.models import ConsentPurpose
from tests.factories.campaigns import CampaignFactory, FormFactory, channel

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


def stranger() -> Client:
    """Somebody at a browser of their own."""
    return Client(HTTP_USER_AGENT=BROWSER)


def form_asking(*kinds: str, consents: tuple[str, ...] = (), **given: Any) -> WebForm:
    """A form with the given fields and consents (by the code of their purpose)."""
    form: WebForm = FormFactory(**given)
    for place, kind in enumerate(kinds):
        words = {"label": "Which size?", "choices": "Small\nLarge"} if kind == AskFor.CHOICE else {}
        form.fields.create(asks_for=kind, position=place, **words)
    for code in consents:
        form.consents.create(purpose=ConsentPurpose.objects.get(code=code))
    return form


def page_of(form: WebForm) -> str:
    """The address of a form's page."""
    return f"/f/{form.slug}/"


def key_of(response: HttpResponse) -> str:
    """The signed key in a page."""
    found = re.search(r'name="page" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def fill_in(
    form: WebForm, email: str, *, client: Client | None = None, key: str = "", after: float = 20, **given: str
) -> HttpResponse:
    """Open a form's page and post it ``after`` so many seconds; answers by kind, ``agree="visits"`` for consents."""
    client = client or stranger()
    key = key or key_of(client.get(page_of(form)))
    data = {"page": key, "email": email, "website": given.pop("website", "")}
    agreed = given.pop("agree", "").split()
    for field in form.fields.all():
        if field.asks_for in given:
            data[f"field-{field.pk}"] = given[field.asks_for]
    for consent in form.consents.filter(purpose__code__in=agreed):
        text = consent.purpose.texts.filter(language=form.language).order_by("-version").first()
        data[f"consent-{text.pk}"] = "on"
    with time_machine.travel(timezone.now() + timedelta(seconds=after)):
        response: HttpResponse = client.post(page_of(form), data)
    return response


def link_to(destination: str = "https://shop.example/offer", **given: Any) -> TrackedLink:
    """A link of a campaign, as staff make it."""
    campaign: Campaign = given.pop("campaign", None) or CampaignFactory()
    return make_link(
        name="Spring flyer", destination=destination, campaign=campaign,
        channel=channel(given.pop("channel", "social")), **given,
    )  # fmt: skip
