"""The levels of reminders, which finance sets, and the letters that were sent, to read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import ReadOnlyAdmin, TandemAdmin, change_address, display, visible_or_404
from config.common.admin.pages import show_page
from config.common.admin.showing import short_moment
from config.common.admin.versions import VersionedForm
from config.common.money import show_number
from contacts.models import Message
from deals.admin.billing.page import MEDIA
from deals.admin.billing.reminders import sent_letters
from deals.admin.billing.showing import badge, money, page_or_nothing
from deals.admin.reading import reader_of
from deals.models import DunningItem, DunningLetter, DunningLevel


@admin.register(DunningLevel)
class DunningLevelAdmin(TandemAdmin):
    """So many days after an invoice was due, its customer gets a letter in such a tone."""

    form = VersionedForm
    list_before_template = "deals/billing/level_list_top.html"
    list_display = ("level", "days_overdue", "tone", "state")
    list_display_links = ("level",)
    fields: ClassVar = ("level", "days_overdue", "tone", "is_active")
    search_fields = ()

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say when customers are reminded."""
        days = [str(row.days_overdue) for row in rows if row.is_active]
        if not days:
            return _("Nobody is reminded: no level is active.")
        return _("Customers are reminded %(days)s days after an invoice was due") % {"days": ", ".join(days)}

    @display(description=gettext_lazy("Active"))
    def state(self, level: DunningLevel) -> SafeString | str:
        """Mark those that send nothing."""
        return _("Yes") if level.is_active else badge(_("No"), "warn")


@admin.register(DunningLetter)
class DunningLetterAdmin(ReadOnlyAdmin):
    """Every reminder that was sent: to whom, at which level, about which invoices."""

    list_display = ("sent", "customer", "level", "invoices", "by")
    list_display_links = ("sent",)
    search_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what a letter names with it."""
        rows: QuerySet[Any] = sent_letters(reader_of(request))
        return rows

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many."""
        number = rows.count()
        sentence = ngettext("%(number)s letter was sent", "%(number)s letters were sent", number)
        return sentence % {"number": show_number(number)}

    @display(description=gettext_lazy("When"), ordering="at")
    def sent(self, letter: DunningLetter) -> SafeString:
        """Return the moment."""
        return short_moment(letter.at)

    @display(description=gettext_lazy("Customer"))
    def customer(self, letter: DunningLetter) -> str:
        """Return who was reminded."""
        return str(letter.company or letter.contact)

    @display(description=gettext_lazy("Invoices"))
    def invoices(self, letter: DunningLetter) -> str:
        """Return what it was about."""
        return ", ".join(item.invoice.number for item in letter.items.all())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the letter as it was sent."""
        user = reader_of(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405)
        if not user.has_perm("deals.view_dunningletter"):
            raise PermissionDenied
        letter: DunningLetter = visible_or_404(sent_letters(user), user, object_id)
        # Its text names all that the customer owes: for those who see the customer.
        may_read = user.has_perm("contacts.view_message")
        message = Message.objects.visible_to(user).filter(key=letter.message_key).first()
        context = {
            "letter": letter,
            "items": [(item, change_address(item.invoice), _open(item)) for item in letter.items.all()],
            "message": message,
            "message_link": page_or_nothing("admin:contacts_message_change", message.pk)
            if message and may_read
            else "",
            "media": MEDIA,
            "opts": self.opts,
            "original": letter,
        }
        return show_page(request, self.admin_site, "deals/billing/letter.html", str(letter), **context)


def _open(item: DunningItem) -> str:
    return money(item.open_amount, item.invoice.currency)
