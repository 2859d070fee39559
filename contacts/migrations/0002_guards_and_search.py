"""Triggers that let nothing but the ledger change a lifecycle stage; indexes for words inside names (PostgreSQL)."""

from django.db import migrations

from config.common.sql import create_trigram_index
from contacts.lifecycle import triggers


def create_search_indexes(apps, editor):
    for table in ("contacts_contact", "contacts_company", "contacts_contactemail"):
        create_trigram_index(editor, table, "folded", f"{table}_folded_trigrams")


class Migration(migrations.Migration):
    # Tokens and devices belong to users. Before the hundred other tables that know users, they are quickly made.
    dependencies = [
        ("contacts", "0001_initial"),
        ("knox", "0009_extend_authtoken_field"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.RunPython(triggers.create, triggers.drop, elidable=False),
        migrations.RunPython(create_search_indexes, migrations.RunPython.noop),
    ]
