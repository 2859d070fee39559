"""``dunning/preview`` and ``dunning/send``, ``dunning-letters`` and ``dunning-levels``: reminding who is late."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter, check_names
from config.common.api.idempotency import IdempotentPosts
from config.common.api.parsers import StrictJSONParser
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import ReadOnlyResource, Resource
from config.common.money import as_text
from deals.api.priced import computed
from deals.billing.dunning import Tone
from deals.billing.planning import PlannedLetter, fingerprint, plan_reminders
from deals.billing.reminding import send_reminders
from deals.models import DunningItem, DunningLetter, DunningLevel


class PlannedItemSerializer(serializers.Serializer[Any]):
    """An overdue invoice in a letter; ``level`` is the one that it newly reached, null if it is only listed."""

    invoice = serializers.IntegerField()
    number = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    days_late = serializers.IntegerField()
    currency = serializers.CharField()
    open = serializers.CharField()


class PlannedLetterSerializer(serializers.Serializer[Any]):
    """A letter to one customer about all that is overdue; ``skipped`` says why it won't be sent, if so."""

    seller = serializers.IntegerField()
    company = serializers.IntegerField(allow_null=True)
    contact = serializers.IntegerField(allow_null=True)
    customer = serializers.CharField()
    address = serializers.CharField()
    language = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    tone = serializers.CharField(allow_null=True)
    skipped = serializers.CharField()
    items = PlannedItemSerializer(many=True)


class DunningPreviewSerializer(serializers.Serializer[Any]):
    """What reminding would send today. ``fingerprint`` changes with anything that would be sent."""

    day = serializers.DateField()
    fingerprint = serializers.CharField()
    letters = PlannedLetterSerializer(many=True)


class DunningPreviewView(APIView):
    """The dry run of reminders about invoices that the caller may see; nothing is written."""

    required_permission = "deals.view_dunningletter"

    @extend_schema(operation_id="dunning_preview", responses=DunningPreviewSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Say who would get which letter, and who would not, and why."""
        check_names(request, set(), [])
        user: Any = request.user
        day = timezone.localdate()
        letters = plan_reminders(user, day)
        shown = [_letter(letter, day) for letter in letters]
        return Response({"day": day, "fingerprint": fingerprint(letters), "letters": shown})


class DunningSendInput(VerbInput):
    """The fingerprint of the dry run that was looked at."""

    fingerprint = serializers.CharField(max_length=64)


class DunningItemSerializer(RowSerializer):
    """An invoice that a letter was about, and what was open then."""

    open = computed(source="open_amount", currency="invoice.currency")

    class Meta:
        model = DunningItem
        fields = ("invoice", "level", "open")
        read_only_fields = fields


class DunningLetterRowSerializer(RowSerializer):
    """A letter in a list."""

    class Meta:
        model = DunningLetter
        fields: ClassVar[tuple[str, ...]] = ("id", "seller", "company", "contact", "level", "language", "at", "by")
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class DunningLetterSerializer(DunningLetterRowSerializer):
    """One letter to one customer about everything that was overdue."""

    items = DunningItemSerializer(many=True, read_only=True)

    class Meta(DunningLetterRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*DunningLetterRowSerializer.Meta.fields, "items")
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class DunningSentSerializer(serializers.Serializer[Any]):
    """The letters that were sent."""

    letters = DunningLetterRowSerializer(many=True)


class DunningSendView(IdempotentPosts):
    """Sends the letters of a dry run."""

    required_permission = "deals.add_dunningletter"
    parser_classes = (StrictJSONParser,)

    @extend_schema(operation_id="dunning_send", request=DunningSendInput, responses={201: DunningSentSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Send exactly the letters that were shown; refused if anything of them changed meanwhile."""
        given = DunningSendInput(data=request.data)
        given.is_valid(raise_exception=True)
        user: Any = request.user
        letters = send_reminders(given.validated_data["fingerprint"], day=timezone.localdate(), by=user)
        shown = DunningLetterRowSerializer(letters, many=True, context={"request": request}).data
        return Response({"letters": shown}, status=status.HTTP_201_CREATED)


class DunningLetterFilters(Filters):
    """What letters can be filtered by."""

    company = IdsFilter()
    contact = IdsFilter()
    level = IdsFilter()
    invoice = IdsFilter(field_name="items__invoice", distinct=True)
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class DunningLetterViewSet(ReadOnlyResource):
    """Letters that reminded customers, newest first."""

    queryset = DunningLetter.objects.all()
    serializer_class = DunningLetterSerializer
    list_serializer_class = DunningLetterRowSerializer
    filterset_class = DunningLetterFilters
    ordering_fields: ClassVar = {"id": "id", "at": "at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add to a single letter what it was about."""
        if self.action == "list":
            return rows
        items = DunningItem.objects.visible_to(self.caller).select_related("invoice__currency")
        return rows.prefetch_related(Prefetch("items", queryset=items))


class DunningLevelSerializer(RowSerializer):
    """So many days after an invoice was due, its customer gets a letter in such a tone."""

    class Meta:
        model = DunningLevel
        fields = ("id", "level", "days_overdue", "tone", "is_active", "created_at", "updated_at")


class DunningLevelFilters(Filters):
    """What levels can be filtered by."""

    tone = WordsFilter(words=Tone.values)
    is_active = YesFilter()


class DunningLevelViewSet(Resource):
    """Levels of reminders, the first one first."""

    queryset = DunningLevel.objects.all()
    serializer_class = DunningLevelSerializer
    filterset_class = DunningLevelFilters
    ordering_fields: ClassVar = {"level": "level", "days_overdue": "days_overdue"}


def _letter(letter: PlannedLetter, day: Any) -> dict[str, Any]:
    return {
        "seller": letter.seller.pk,
        "company": letter.company.pk if letter.company else None,
        "contact": letter.contact.pk if letter.contact else None,
        "customer": letter.customer,
        "address": letter.address,
        "language": letter.language,
        "level": letter.level.level if letter.level else None,
        "tone": letter.level.tone if letter.level else None,
        "skipped": letter.skipped,
        "items": [
            {
                "invoice": item.invoice.pk,
                "number": item.invoice.number,
                "level": item.level,
                "days_late": item.days_late(day),
                "currency": item.invoice.currency_id,
                "open": as_text(item.open_amount, item.invoice.currency.minor_units),
            }
            for item in letter.items
        ],
    }
