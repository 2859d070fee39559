"""The company's choices about follow-ups, quotes and invoices: one page, with the discount limits of single people."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config.common.admin.base import TandemAdmin, change_address
from contacts.models import User
from deals.admin.reading import reader_of
from deals.models import DiscountLimit, SalesPolicy

MOST_PEOPLE = 500


class LimitForm(forms.ModelForm[DiscountLimit]):
    """How much discount one person may give by themselves."""

    class Meta:
        model = DiscountLimit
        fields = ("user", "percent")

    def __init__(self, *args: Any, people: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One reading of the people serves all rows.
        user: Any = self.fields["user"]
        user.choices = people
        for field in self.fields.values():
            field.widget.attrs |= {"class": "td-input", "aria-label": field.label}


_FormSet: Any = forms.modelformset_factory(DiscountLimit, form=LimitForm, extra=1, can_delete=True)


def limits_formset(user: User, data: Any = None) -> Any:
    """Return the table of limits, bound if data is given."""
    people = User.objects.visible_to(user).active().filter(is_service=False).order_by("name", "pk")[:MOST_PEOPLE]
    choices = [("", "–"), *((person.pk, str(person)) for person in people)]
    limits = DiscountLimit.objects.visible_to(user).select_related("user").order_by("user__name", "pk")
    return _FormSet(data, queryset=limits, prefix="limits", form_kwargs={"people": choices})


@admin.register(SalesPolicy)
class SalesPolicyAdmin(TandemAdmin):
    """One row: its list leads to it."""

    change_form_template = "deals/policy.html"
    search_fields = ()
    fieldsets: ClassVar = (
        (_("Follow-ups"), {"fields": ("escalate_after_hours",)}),
        (_("Quotes"), {"fields": ("quote_valid_days", "discount_limit", "after_acceptance")}),
        (_("Invoices"), {"fields": ("payment_days", "prices_include_tax")}),
    )

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/activities.css")}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Go to the one policy there is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(change_address(SalesPolicy.objects.current()))

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put the limits of single people under the policy."""
        user, extra = reader_of(request), extra_context or {}
        if user.has_perm("deals.change_discountlimit"):
            extra = {"limits": limits_formset(user), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[URLPattern]:
        """Add the table of limits."""
        view = self.admin_site.admin_view(self.limits_view)
        return [path("limits/", view, name="deals_salespolicy_limits"), *super().get_urls()]

    @method_decorator(require_POST)
    def limits_view(self, request: HttpRequest) -> HttpResponse:
        """Save the table of limits; where it can't be, show it again with what is wrong at each line."""
        user = reader_of(request)
        if not user.has_perm("deals.change_discountlimit"):
            raise PermissionDenied
        policy = SalesPolicy.objects.current()
        limits = limits_formset(user, request.POST)
        with transaction.atomic():
            if limits.is_valid():
                limits.save()
                messages.success(request, gettext("The limits are saved."))
                return HttpResponseRedirect(reverse("admin:deals_salespolicy_change", args=[policy.pk]) + "#limits")
        messages.error(request, gettext("Nothing was saved. Correct what is marked in the table."))
        # The page is shown, not posted: its own form has nothing to do with this table.
        request.method = "GET"
        return self.change_view(request, str(policy.pk), extra_context={"limits": limits})

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one already."""
        return False
