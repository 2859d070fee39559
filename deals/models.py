"""Re-exports the slices' models, where Django looks for them."""

from deals.activities.models import (
    Activity,
    ActivityAttendee,
    ActivityChange,
    CalendarFeed,
    CarePlan,
    CareStep,
    FollowUpSettings,
    Reminder,
    ReminderDelivery,
)
from deals.billing.models import (
    Allocation,
    DunningItem,
    DunningLetter,
    DunningLevel,
    Invoice,
    InvoiceChange,
    InvoiceLine,
    InvoiceTax,
    Payment,
    Refund,
)
from deals.catalogue.models import Currency, ExchangeRate, Product, ProductCategory
from deals.catalogue.taxes import TaxRate
from deals.documents.models import NumberSeries, Seller, StoredPdf
from deals.pipeline.models import Deal, DealContact, DealLine, DealNote, LossReason, Pipeline, Stage, StageChange
from deals.policy.models import DiscountLimit, SalesPolicy
from deals.quotes.models import Quote, QuoteAnswer, QuoteChange, QuoteLine, QuoteReading, QuoteRevision, QuoteTax

__all__ = [
    "Activity",
    "ActivityAttendee",
    "ActivityChange",
    "Allocation",
    "CalendarFeed",
    "CarePlan",
    "CareStep",
    "Currency",
    "Deal",
    "DealContact",
    "DealLine",
    "DealNote",
    "DiscountLimit",
    "DunningItem",
    "DunningLetter",
    "DunningLevel",
    "ExchangeRate",
    "FollowUpSettings",
    "Invoice",
    "InvoiceChange",
    "InvoiceLine",
    "InvoiceTax",
    "LossReason",
    "NumberSeries",
    "Payment",
    "Pipeline",
    "Product",
    "ProductCategory",
    "Quote",
    "QuoteAnswer",
    "QuoteChange",
    "QuoteLine",
    "QuoteReading",
    "QuoteRevision",
    "QuoteTax",
    "Refund",
    "Reminder",
    "ReminderDelivery",
    "SalesPolicy",
    "Seller",
    "Stage",
    "StageChange",
    "StoredPdf",
    "TaxRate",
]
