"""Addresses of this app's part of the API."""

from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from deals.api.activities import ActivityViewSet
from deals.api.calendar import CalendarFeedRevokeView, CalendarFeedView
from deals.api.care import CarePlanViewSet, CareStepViewSet
from deals.api.catalogue import CategoryViewSet, CurrencyViewSet, ProductViewSet, RateViewSet
from deals.api.deals import DealViewSet
from deals.api.documents import SellerViewSet, TaxRateViewSet
from deals.api.dunning import DunningLetterViewSet, DunningLevelViewSet, DunningPreviewView, DunningSendView
from deals.api.history import ActivityChangeViewSet, DealNoteViewSet, StageChangeViewSet
from deals.api.invoices import CreditNoteViewSet, InvoiceViewSet
from deals.api.my_day import MyDayView
from deals.api.payments import AllocationViewSet, PaymentViewSet, RefundViewSet
from deals.api.pipelines import LossReasonViewSet, PipelineViewSet, StageViewSet
from deals.api.policy import DiscountLimitViewSet, SalesPolicyView
from deals.api.quotes import QuoteViewSet
from deals.api.receivables import ReceivablesCsvView, ReceivablesView
from deals.api.reminders import FollowUpSettingsView, ReminderViewSet
from deals.api.reports import PipelineCsvView, PipelineReportView

router = SimpleRouter()
router.register("products", ProductViewSet)
router.register("product-categories", CategoryViewSet)
router.register("currencies", CurrencyViewSet)
router.register("exchange-rates", RateViewSet)
router.register("pipelines", PipelineViewSet)
router.register("stages", StageViewSet)
router.register("loss-reasons", LossReasonViewSet)
router.register("deals", DealViewSet)
router.register("stage-changes", StageChangeViewSet)
router.register("deal-notes", DealNoteViewSet)
router.register("sellers", SellerViewSet)
router.register("tax-rates", TaxRateViewSet)
router.register("activities", ActivityViewSet)
router.register("activity-changes", ActivityChangeViewSet)
router.register("reminders", ReminderViewSet)
router.register("care-plans", CarePlanViewSet)
router.register("care-steps", CareStepViewSet)
router.register("discount-limits", DiscountLimitViewSet)
router.register("quotes", QuoteViewSet)
router.register("invoices", InvoiceViewSet)
router.register("credit-notes", CreditNoteViewSet, basename="credit-note")
router.register("payments", PaymentViewSet)
router.register("allocations", AllocationViewSet)
router.register("refunds", RefundViewSet)
router.register("dunning-letters", DunningLetterViewSet)
router.register("dunning-levels", DunningLevelViewSet)

SINGLE: Any = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    *router.urls,
    path("sales-policy/", SalesPolicyView.as_view(SINGLE), name="sales-policy"),
    path("follow-up-settings/", FollowUpSettingsView.as_view(SINGLE), name="follow-up-settings"),
    path("reports/pipeline/", PipelineReportView.as_view(), name="reports-pipeline"),
    path("reports/pipeline.csv", PipelineCsvView.as_view(), name="reports-pipeline-csv"),
    path("my-day/", MyDayView.as_view(), name="my-day"),
    path("calendar-feed/", CalendarFeedView.as_view(), name="own-calendar-feed"),
    path("calendar-feed/revoke/", CalendarFeedRevokeView.as_view(), name="calendar-feed-revoke"),
    path("reports/receivables/", ReceivablesView.as_view(), name="reports-receivables"),
    path("reports/receivables.csv", ReceivablesCsvView.as_view(), name="reports-receivables-csv"),
    path("dunning/preview/", DunningPreviewView.as_view(), name="dunning-preview"),
    path("dunning/send/", DunningSendView.as_view(), name="dunning-send"),
]
