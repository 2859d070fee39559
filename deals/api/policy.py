"""``sales-policy`` and ``discount-limits``: what the company decided about selling, and who may give how much."""

from typing import ClassVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter
from config.common.api.serializers import RowSerializer
from config.common.api.single import SingleResource
from config.common.api.viewsets import Resource
from contacts.models import User
from deals.models import DiscountLimit, SalesPolicy


class SalesPolicySerializer(RowSerializer):
    """The company's choices about follow-ups, quotes and invoices."""

    discount_limit = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )

    class Meta:
        model = SalesPolicy
        fields = (
            "escalate_after_hours",
            "discount_limit",
            "quote_valid_days",
            "after_acceptance",
            "payment_days",
            "prices_include_tax",
            "updated_at",
        )


class SalesPolicyView(SingleResource):
    """The company's one policy."""

    queryset = SalesPolicy.objects.all()
    serializer_class = SalesPolicySerializer

    def row(self) -> Model:
        """Return it; made with its defaults when first asked for."""
        return SalesPolicy.objects.current()


class DiscountLimitSerializer(RowSerializer):
    """The discount in per cent that one person may give unasked, in place of the policy's."""

    fixed: ClassVar = {"user": _("A limit stays with its person. Add one for the other person.")}

    user = VisibleField(queryset=User.objects.filter(is_active=True))
    percent = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)

    class Meta:
        model = DiscountLimit
        fields = ("id", "user", "percent", "created_at", "updated_at")


class DiscountLimitFilters(Filters):
    """What limits can be filtered by."""

    user = IdsFilter()


class DiscountLimitViewSet(Resource):
    """Limits of single people. One sees one's own; who may change them, all."""

    queryset = DiscountLimit.objects.all()
    serializer_class = DiscountLimitSerializer
    filterset_class = DiscountLimitFilters
    ordering_fields: ClassVar[dict[str, str]] = {"percent": "percent", "created_at": "created_at"}
