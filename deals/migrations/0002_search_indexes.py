"""Index for finding words inside deal names (PostgreSQL)."""

from django.db import migrations

from config.common.sql import create_trigram_index


def create(apps, editor):
    create_trigram_index(editor, "deals_deal", "folded", "deals_deal_folded_trigrams")


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial"), ("contacts", "0003_search_indexes")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
