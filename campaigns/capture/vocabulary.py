"""The closed vocabulary of utm parameters: every spelling that comes in becomes one of the known values."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.capture.links import UtmAlias, UtmParameter, UtmTerm
from campaigns.capture.refusing import CaptureRefused
from campaigns.channels.models import Channel, ChannelKind

_SOURCE, _MEDIUM = UtmParameter.SOURCE, UtmParameter.MEDIUM


class _Shipped(NamedTuple):
    """A value that is shipped, its other spellings, and the channel that a medium stands for."""

    parameter: UtmParameter
    value: str
    aliases: tuple[str, ...] = ()
    channel: str = ""


SHIPPED = (
    _Shipped(_SOURCE, "newsletter", ("mailing", "email-newsletter", "news letter")),
    _Shipped(_SOURCE, "facebook", ("fb", "facebook.com", "m.facebook.com", "meta")),
    _Shipped(_SOURCE, "instagram", ("ig", "instagram.com", "insta")),
    _Shipped(_SOURCE, "linkedin", ("li", "linkedin.com", "lnkd.in")),
    _Shipped(_SOURCE, "whatsapp", ("wa", "wa.me", "whatsapp.com")),
    _Shipped(_SOURCE, "zalo", ("zalo.me",)),
    _Shipped(_SOURCE, "tiktok", ("tiktok.com", "tt")),
    _Shipped(_SOURCE, "youtube", ("yt", "youtube.com", "youtu.be")),
    _Shipped(_SOURCE, "google", ("google.com", "adwords", "googleads")),
    _Shipped(_SOURCE, "website", ("web", "site", "homepage")),
    _Shipped(_SOURCE, "partner", ("reseller", "distributor")),
    _Shipped(_SOURCE, "fair", ("expo", "trade-show", "tradeshow")),
    _Shipped(_SOURCE, "flyer", ("leaflet", "brochure", "poster")),
    _Shipped(_MEDIUM, "email", ("e-mail", "mail", "e_mail"), ChannelKind.EMAIL),
    _Shipped(_MEDIUM, "social", ("social-media", "social media", "sm", "social-network"), ChannelKind.SOCIAL),
    _Shipped(_MEDIUM, "cpc", ("ppc", "paid", "paidsearch", "paid-search"), ChannelKind.ADVERTISING),
    _Shipped(_MEDIUM, "display", ("banner", "cpm"), ChannelKind.ADVERTISING),
    _Shipped(_MEDIUM, "organic", ("seo", "search"), ChannelKind.SEO),
    _Shipped(_MEDIUM, "referral", ("ref", "link"), ChannelKind.INTERNET),
    _Shipped(_MEDIUM, "blog", ("content", "article"), ChannelKind.BLOG),
    _Shipped(_MEDIUM, "print", ("qr", "offline", "paper"), ChannelKind.PRINT),
    _Shipped(_MEDIUM, "event", ("events", "webinar"), ChannelKind.EVENT),
)


def find_term(parameter: str, text: str) -> UtmTerm | None:
    """Return the known value that a text is a spelling of, or None."""
    word = text.strip()
    if not word:
        return None
    terms = UtmTerm.objects.filter(parameter=parameter).select_related("channel")
    direct: UtmTerm | None = terms.filter(value__iexact=word).first()
    if direct is not None:
        return direct
    found: UtmTerm | None = terms.filter(aliases__alias__iexact=word).first()
    return found


def term_of(parameter: str, text: str) -> UtmTerm:
    """Return the known value that a text is a spelling of; refuse every other, naming those that are known."""
    term = find_term(parameter, text)
    if term is None:
        known = ", ".join(UtmTerm.objects.filter(parameter=parameter).values_list("value", flat=True))
        sentence = _(
            "“%(value)s” is no known value of utm_%(parameter)s. Known are: %(known)s. "
            "Choose one, or have it added to the vocabulary."
        )
        labels = {"value": text.strip()[:80], "parameter": parameter, "known": known or "–"}
        raise CaptureRefused(sentence % labels, code="utm_unknown", facts={"parameter": parameter})
    return term


def channel_of_medium(text: str) -> Channel | None:
    """Return the channel that a medium in an address stands for, if we know it."""
    term = find_term(_MEDIUM, text[:80])
    return term.channel if term else None


@transaction.atomic
def set_aliases(term: UtmTerm, aliases: Iterable[str]) -> None:
    """Make exactly these the other spellings of a value; one that stands for another value is refused."""
    UtmTerm.objects.select_for_update().get(pk=term.pk)
    wanted = {alias.strip().lower(): alias.strip() for alias in aliases if alias.strip()}
    for alias in wanted.values():
        other = find_term(term.parameter, alias)
        if other is not None and other.pk != term.pk:
            sentence = _("“%(alias)s” stands for “%(value)s” already.")
            raise CaptureRefused(sentence % {"alias": alias, "value": other.value}, code="utm_alias_taken")
    present = {row.alias.lower(): row for row in term.aliases.all()}
    for key, row in present.items():
        if key not in wanted:
            row.delete()
    for key, alias in wanted.items():
        if key not in present and key != term.value.lower():
            row = UtmAlias(term=term, parameter=term.parameter, alias=alias)
            row.full_clean()
            row.save()


@transaction.atomic
def ship_terms() -> None:
    """Make the shipped values of an empty vocabulary; later it is the company's own."""
    if UtmTerm.objects.exists():
        return
    channels = {channel.code: channel for channel in Channel.objects.all()}
    for shipped in SHIPPED:
        term = UtmTerm.objects.create(
            parameter=shipped.parameter, value=shipped.value, channel=channels.get(str(shipped.channel))
        )
        UtmAlias.objects.bulk_create(
            UtmAlias(term=term, parameter=term.parameter, alias=alias) for alias in shipped.aliases
        )
