from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deals", "0005_moot_and_snoozed")]

    operations = [
        migrations.AlterConstraint(
            model_name="seller",
            name="deals_seller_one_is_usual",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("is_default",),
                name="deals_seller_one_is_usual",
                violation_error_message="Another seller is the usual one. Untick it there first.",
            ),
        ),
    ]
