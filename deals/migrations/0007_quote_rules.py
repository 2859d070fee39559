"""Discounts are approved up to a per cent, drafts can be discarded, and the first look at a quote is kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0006_one_usual_seller"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuoteReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_at", models.DateTimeField(verbose_name="first opened")),
                ("last_at", models.DateTimeField(verbose_name="last opened")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times opened")),
            ],
            options={
                "verbose_name": "reading of a quote",
                "verbose_name_plural": "readings of quotes",
                "ordering": ("-id",),
            },
        ),
        migrations.AlterModelOptions(
            name="quote",
            options={
                "ordering": ("-created_at", "-id"),
                "permissions": [("approve_quote", "Can approve discounts of quotes")],
                "verbose_name": "quote",
                "verbose_name_plural": "quotes",
            },
        ),
        migrations.RemoveConstraint(
            model_name="quotechange",
            name="deals_quotechange_kind_known",
        ),
        migrations.AddField(
            model_name="quoterevision",
            name="approved_discount",
            field=models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=5, null=True),
        ),
        migrations.AlterField(
            model_name="quotechange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("drafted", "Drafted"),
                    ("approval_asked", "Approval asked for"),
                    ("approved", "Approved"),
                    ("refused", "Approval refused"),
                    ("sent", "Sent"),
                    ("revised", "Revised"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                    ("extended", "Extended"),
                    ("discarded", "Draft discarded"),
                ],
                max_length=14,
                verbose_name="what",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "drafted",
                            "approval_asked",
                            "approved",
                            "refused",
                            "sent",
                            "revised",
                            "accepted",
                            "declined",
                            "withdrawn",
                            "extended",
                            "discarded",
                        ],
                    )
                ),
                name="deals_quotechange_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="quotereading",
            name="revision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reading",
                to="deals.quoterevision",
                verbose_name="revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotereading",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_at__gte", models.F("first_at"))), name="deals_quotereading_in_order"
            ),
        ),
    ]
