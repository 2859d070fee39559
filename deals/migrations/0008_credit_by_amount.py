"""A credit note may give back an amount alone, who may issue is a permission, and no row takes a frozen one's place."""

from django.db import migrations, models

from config.common.freezing import freeze
from deals.billing import guarding
from deals.billing.frozen import FACTS


class Migration(migrations.Migration):
    dependencies = [("deals", "0007_quote_rules")]

    operations = [
        migrations.AlterModelOptions(
            name="invoice",
            options={
                "ordering": ("-created_at", "-id"),
                "permissions": [
                    ("issue_invoice", "Can issue invoices"),
                    ("credit_invoice", "Can issue credit notes"),
                ],
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
            },
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="by_amount",
            field=models.BooleanField(default=False, editable=False, verbose_name="an amount only"),
        ),
        freeze(*FACTS),
        migrations.RunPython(guarding.create, migrations.RunPython.noop),
    ]
