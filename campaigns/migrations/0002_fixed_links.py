"""Where a link leads stays what it was when the link was made, also for plain SQL."""

from django.db import migrations

from config.common.freezing import Fixed, freeze

LINKS = Fixed(
    "campaigns_trackedlink",
    ("code", "destination", "campaign_id", "channel_id", "content_id", "source_id", "medium_id", "is_print_code"),
)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [freeze(LINKS)]
