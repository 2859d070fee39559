"""Issued invoices, sent quotes, answers, refunds and printed pages never change; money isn't given twice."""

from django.db import migrations

from config.common.freezing import Frozen, FrozenPart, freeze
from deals.billing import guarding

INVOICE = Frozen("deals_invoice", "{row}.issued_at IS NOT NULL")
REVISION = Frozen("deals_quoterevision", "{row}.sent_at IS NOT NULL")


class Migration(migrations.Migration):
    dependencies = [("deals", "0003_activities_quotes_billing")]

    operations = [
        freeze(
            INVOICE,
            FrozenPart("deals_invoiceline", "document_id", INVOICE),
            FrozenPart("deals_invoicetax", "document_id", INVOICE),
            REVISION,
            FrozenPart("deals_quoteline", "document_id", REVISION),
            FrozenPart("deals_quotetax", "document_id", REVISION),
            Frozen("deals_quoteanswer"),
            Frozen("deals_storedpdf"),
            Frozen("deals_refund"),
        ),
        migrations.RunPython(guarding.create, guarding.drop),
    ]
