"""What was issued, sent, answered or paid never changes; money is not given twice; an index of words in names."""

from django.db import migrations

from config.common.freezing import freeze
from config.common.sql import create_trigram_index
from deals.billing import guarding
from deals.billing.frozen import FACTS


def create_search_index(apps, editor):
    create_trigram_index(editor, "deals_deal", "folded", "deals_deal_folded_trigrams")


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial"), ("contacts", "0002_guards_and_search")]

    operations = [
        freeze(*FACTS),
        migrations.RunPython(guarding.create, guarding.drop),
        migrations.RunPython(create_search_index, migrations.RunPython.noop),
    ]
