"""Touches from files: who came to the fair, whom somebody called. The external id makes an import repeatable."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.capture.recording import NewTouch, record_touches
from campaigns.capture.touch import TouchKind, TouchSource
from campaigns.importing.costs import CampaignReference, ChannelReference
from campaigns.models import Campaign, Channel, Touch
from contacts.imports.context import Context
from contacts.imports.fields import Field, FieldType
from contacts.imports.kinds import Kind
from contacts.imports.rows import Outcome, Row
from contacts.imports.shipped.references import ContactReference
from contacts.imports.writing import match_by_external_id
from contacts.models import Contact

_REFERENCE = FieldType.REFERENCE


class TouchesKind(Kind):
    """Found again by the external id; a row without one is always a new touch. A touch is a fact and never changes."""

    code = "touches"
    title = gettext_lazy("Touches")
    model = Touch
    permissions = ("campaigns.add_touch",)
    fields = (
        Field(
            "contact", gettext_lazy("Contact"), _REFERENCE, required=True, reference=ContactReference, longest=254,
            aliases=("email", "e-mail", "e-mail address", "kontak", "liên hệ"),
        ),
        Field(
            "campaign", gettext_lazy("Campaign"), _REFERENCE, required=True, reference=CampaignReference, longest=160,
            aliases=("kampanye", "chiến dịch", "utm_campaign"),
        ),
        Field(
            "channel", gettext_lazy("Channel"), _REFERENCE, required=True, reference=ChannelReference, longest=80,
            aliases=("saluran", "kênh", "medium"),
        ),
        Field(
            "kind", gettext_lazy("Kind"), FieldType.CHOICE, required=True, choices=tuple(TouchKind.choices),
            aliases=("touch", "jenis", "loại"),
        ),
        Field(
            "day", gettext_lazy("Date"), FieldType.DATE, required=True,
            aliases=("day", "date", "when", "tanggal", "ngày"),
        ),
        Field("detail", gettext_lazy("Detail"), aliases=("note", "keterangan", "ghi chú")),
        Field("external_id", gettext_lazy("External id"), longest=120, aliases=("id", "reference", "mã ngoài")),
    )  # fmt: skip

    def keys(self, row: Row) -> list[str]:
        """Two rows with one external id are the same touch."""
        external = row.values.get("external_id")
        return [f"id:{external}"] if external else []

    def check(self, row: Row, context: Context) -> None:
        """A touch is something that happened."""
        day = row.values.get("day")
        if day is not None and day > context.today:
            row.refuse("day", "touch_in_the_future", _("A touch is something that happened: give a day that has come."))

    def plan(self, rows: Sequence[Row], context: Context) -> None:
        """A known external id is the touch that is there."""
        there = match_by_external_id(rows, Touch, context)
        for row in rows:
            if not row.failed:
                row.record = there.get(row.line)
                row.outcome = Outcome.UNCHANGED if row.record is not None else Outcome.NEW

    def apply(self, rows: Sequence[Row], context: Context) -> None:
        """Record the new ones in one write each for news and for history."""
        new = [row for row in rows if row.outcome is Outcome.NEW]
        contacts = Contact.objects.in_bulk({row.values["contact"] for row in new})
        campaigns = Campaign.objects.in_bulk({row.values["campaign"] for row in new})
        channels = Channel.objects.in_bulk({row.values["channel"] for row in new})
        for are_news in (False, True):
            chosen = [row for row in new if context.is_news(row.values["day"]) == are_news]
            touches = [
                NewTouch(
                    campaign=campaigns[row.values["campaign"]],
                    channel=channels[row.values["channel"]],
                    kind=row.values["kind"],
                    at=context.moment_of(row.values["day"]),
                    contact=contacts[row.values["contact"]],
                    detail=row.values.get("detail") or "",
                    external_id=row.values.get("external_id") or "",
                )
                for row in chosen
            ]
            made = record_touches(touches, source=TouchSource.IMPORT, by=context.user, are_news=are_news)
            for row, touch in zip(chosen, made, strict=True):
                row.record = touch
