"""The channels that Tandem ships: made once, then the company's own."""

from django.utils.translation import gettext_noop

from campaigns.channels.models import Channel, ChannelKind

SHIPPED = {
    ChannelKind.INTERNET: gettext_noop("Internet"),
    ChannelKind.EMAIL: gettext_noop("E-mail"),
    ChannelKind.SOCIAL: gettext_noop("Social media"),
    ChannelKind.BLOG: gettext_noop("Blog and content"),
    ChannelKind.SEO: gettext_noop("Search engines (SEO)"),
    ChannelKind.PRINT: gettext_noop("Print"),
    ChannelKind.PR: gettext_noop("Public relations"),
    ChannelKind.EVENT: gettext_noop("Events"),
    ChannelKind.DIRECT: gettext_noop("Direct marketing"),
    ChannelKind.ADVERTISING: gettext_noop("Advertising"),
    ChannelKind.PROMOTION: gettext_noop("Sales promotion"),
}


def ship_channels() -> None:
    """Make the shipped channels that are missing; a renamed or retired one stays as the company made it."""
    known = set(Channel.objects.values_list("code", flat=True))
    Channel.objects.bulk_create(
        Channel(code=kind.value, name=name, kind=kind, position=place)
        for place, (kind, name) in enumerate(SHIPPED.items())
        if kind.value not in known
    )
