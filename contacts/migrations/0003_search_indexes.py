"""Indexes for finding words inside names and addresses (PostgreSQL)."""

from django.db import migrations

from config.common.sql import create_trigram_index


def create(apps, editor):
    for table in ("contacts_contact", "contacts_company", "contacts_contactemail"):
        create_trigram_index(editor, table, "folded", f"{table}_folded_trigrams")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_lifecycle_triggers")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
