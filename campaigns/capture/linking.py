"""Tracked links: made with a destination for ever, retired, and their addresses."""

import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from campaigns.capture.links import TrackedLink, UtmParameter, UtmTerm
from campaigns.capture.refusing import CaptureRefused
from campaigns.capture.vocabulary import find_term, term_of
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign, ContentItem
from config.common.links import absolute
from contacts.models import User

# The place of the redirect; campaigns.views.urls has it too.
PATH = "/t/%s"
# Without letters and digits that are mistaken for each other on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH, MOST_TRIES = 7, 5
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content")


def make_link(
    *,
    name: str,
    destination: str,
    campaign: Campaign,
    channel: Channel,
    content: ContentItem | None = None,
    source: UtmTerm | str | None = None,
    medium: UtmTerm | str | None = None,
    is_print_code: bool = False,
    by: User | None = None,
) -> TrackedLink:
    """Make a link; where it leads is fixed from now on.

    Sources and media are read by the vocabulary, also those that stand in the destination; unknown ones are refused.
    """
    check_destination(destination)
    if content is not None and content.campaign_id != campaign.pk:
        raise CaptureRefused(_("The content belongs to another campaign."), code="link_content_elsewhere")
    said = dict(parse_qsl(urlsplit(destination).query))
    link = TrackedLink(
        name=name,
        destination=destination.strip(),
        campaign=campaign,
        channel=channel,
        content=content,
        source=_term(UtmParameter.SOURCE, source, said),
        medium=_term(UtmParameter.MEDIUM, medium, said) or _usual_medium(channel),
        is_print_code=is_print_code,
        created_by=by,
    )
    return _save_with_code(link)


def check_destination(destination: str) -> None:
    """Refuse what is no plain web address, or would lead back to a link of ours."""
    try:
        parts = urlsplit(destination.strip())
        # An impossible port, or half an address in brackets.
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or parts.username is not None or "\\" in destination:
        sentence = _("A link leads to a web address: one that begins with https:// or http://, without a password.")
        raise CaptureRefused(sentence, code="link_no_web_address")
    if parts.hostname in _own_hosts() and parts.path.startswith(PATH % ""):
        raise CaptureRefused(_("A link can't lead to a tracked link. Give the page itself."), code="link_leads_to_link")


def _own_hosts() -> set[str | None]:
    """Return the names under which this house answers, as far as it knows them."""
    named = {name.strip(".").lower() for name in settings.ALLOWED_HOSTS if "*" not in name}
    return {urlsplit(absolute("")).hostname, "localhost", "127.0.0.1", *named}


@transaction.atomic
def rename_link(link: TrackedLink, name: str) -> TrackedLink:
    """Call a link otherwise; everything else of it is fixed."""
    row: TrackedLink = TrackedLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    row.name = name
    row.full_clean()
    row.save(update_fields=["name", "folded", "updated_at"])
    return row


def retire_link(link: TrackedLink) -> TrackedLink:
    """Stop counting; the link still leads where it led, since it is out there."""
    return _switch(link, is_active=False)


def resume_link(link: TrackedLink) -> TrackedLink:
    """Count again."""
    return _switch(link, is_active=True)


def address_of(link: TrackedLink) -> str:
    """Return the whole address of a link, as it is published."""
    return absolute(PATH % link.code)


def target_of(link: TrackedLink) -> str:
    """Return where a link leads: its destination with our utm parameters in place of any others."""
    parts = urlsplit(link.destination)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in UTM]
    ours = {
        "utm_source": link.source.value if link.source else "",
        "utm_medium": link.medium.value if link.medium else "",
        "utm_campaign": link.campaign.code,
        "utm_content": (slugify(link.content.title)[:60] if link.content else "") or link.code,
    }
    query = urlencode([*kept, *((name, value) for name, value in ours.items() if value)])
    return urlunsplit(parts._replace(query=query))


def _term(parameter: str, given: UtmTerm | str | None, said: dict[str, str]) -> UtmTerm | None:
    if isinstance(given, UtmTerm):
        if given.parameter != parameter:
            raise CaptureRefused(
                _("“%(value)s” is no value of utm_%(parameter)s.") % {"value": given, "parameter": parameter},
                code="utm_other_parameter",
            )
        return given
    text = given or said.get(f"utm_{parameter}", "")
    return term_of(parameter, text) if text.strip() else None


def _usual_medium(channel: Channel) -> UtmTerm | None:
    """Return the medium that says the channel, so that what analytics counts agrees with what we count."""
    own = UtmTerm.objects.filter(parameter=UtmParameter.MEDIUM, channel=channel).order_by("pk").first()
    return own or find_term(UtmParameter.MEDIUM, channel.code)


def _switch(link: TrackedLink, *, is_active: bool) -> TrackedLink:
    with transaction.atomic():
        row: TrackedLink = TrackedLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
        row.is_active = is_active
        row.save(update_fields=["is_active", "updated_at"])
    return row


def _save_with_code(link: TrackedLink) -> TrackedLink:
    for _attempt in range(MOST_TRIES):
        link.code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
        link.full_clean(validate_constraints=False)
        try:
            with transaction.atomic():
                link.save()
        except IntegrityError:
            continue
        return link
    raise ValidationError({"code": _("No free code was found. Try again.")})
