"""``attribution-models``, ``attribution-runs`` and ``shares``: how money is shared, every version, every part."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.attribution.methods import Basis, Method
from campaigns.attribution.sharing import choose_default, run
from campaigns.models import AttributionModel, AttributionRun, Share
from config.common.api.filters import Filters, IdsFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import ReadOnlyResource, Resource
from config.common.money import as_text


class AttributionModelSerializer(RowSerializer):
    """A way to share money. A change of its settings counts from the next run on."""

    half_life_days = serializers.DecimalField(max_digits=6, decimal_places=2, min_value=Decimal("0.01"), required=False)
    window_days = serializers.IntegerField(min_value=1, max_value=3660, required=False)
    chain_order = serializers.IntegerField(min_value=1, max_value=4, required=False)

    class Meta:
        model = AttributionModel
        fields = (
            "id", "name", "method", "basis", "window_days", "half_life_days", "chain_order", "responses_only",
            "include_colleagues", "is_default", "is_active", "due_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("is_default", "due_at")


class AttributionRunSerializer(RowSerializer):
    """A version: what it was made with, how many won deals, what could be shared. Amounts: company's currency."""

    shared_amount = serializers.SerializerMethodField()
    unshared_amount = serializers.SerializerMethodField()

    class Meta:
        model = AttributionRun
        fields = (
            "id", "model", "number", "is_current", "made_with", "deals", "untouched", "without_rate", "shared_amount",
            "unshared_amount", "started_at", "finished_at", "milliseconds", "by",
        )  # fmt: skip
        read_only_fields = fields

    def get_shared_amount(self, row: AttributionRun) -> str:
        """Return what was shared over touches."""
        return as_text(row.shared_amount, row.made_with["minor_units"])

    def get_unshared_amount(self, row: AttributionRun) -> str:
        """Return the money of won deals without a touch in the window."""
        return as_text(row.unshared_amount, row.made_with["minor_units"])


class AttributionShareSerializer(RowSerializer):
    """So much of a won deal's money is owed to one touch."""

    campaign = serializers.IntegerField(source="touch.campaign_id", read_only=True)
    channel = serializers.IntegerField(source="touch.channel_id", read_only=True)
    amount = serializers.SerializerMethodField()

    class Meta:
        model = Share
        fields = ("id", "run", "deal", "touch", "campaign", "channel", "weight", "amount", "via_company")
        read_only_fields = fields

    def get_amount(self, share: Share) -> str:
        """Return the amount in the company's currency."""
        return as_text(share.amount, share.run.made_with["minor_units"])


class ModelFilters(Filters):
    """What models can be filtered by."""

    method = WordsFilter(words=Method.values)
    basis = WordsFilter(words=Basis.values)
    is_active = YesFilter()


class RunFilters(Filters):
    """What runs can be filtered by."""

    model = IdsFilter()
    is_current = YesFilter()


class ShareFilters(Filters):
    """What shares can be filtered by."""

    run = IdsFilter()
    deal = IdsFilter()
    touch = IdsFilter()
    campaign = IdsFilter(field_name="touch__campaign")
    channel = IdsFilter(field_name="touch__channel")
    is_current = YesFilter(field_name="run__is_current")


class AttributionModelViewSet(Resource):
    """Attribution models, the one that is shown first before others."""

    queryset = AttributionModel.objects.all()
    serializer_class = AttributionModelSerializer
    filterset_class = ModelFilters
    verb_permissions: ClassVar = {"run": "campaigns.add_attributionrun"}

    @extend_schema(request=None, responses={201: AttributionRunSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Share the money of all won deals anew: answers the new version."""
        made = run(self.get_object(), by=self.caller)
        shown = AttributionRunSerializer(made, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @verb()
    def show_first(self, request: Request, pk: str) -> Response:
        """Show this model first, wherever one is chosen for the reader."""
        return self.perform_verb(request, choose_default)


class AttributionRunViewSet(ReadOnlyResource):
    """Every version of every model, newest first."""

    queryset = AttributionRun.objects.all()
    serializer_class = AttributionRunSerializer
    filterset_class = RunFilters


class ShareViewSet(ReadOnlyResource):
    """Shares of deals that the caller may see."""

    queryset = Share.objects.all()
    serializer_class = AttributionShareSerializer
    filterset_class = ShareFilters

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Read the touch and the run with them."""
        return rows.select_related("touch", "run")
