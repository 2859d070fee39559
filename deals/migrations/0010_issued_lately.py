"""What was issued lately is found at once, however much was issued before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deals", "0009_moot_changes")]

    operations = [
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("issued_at__isnull", False)), fields=["-issued_at"], name="deals_invoice_lately"
            ),
        ),
    ]
