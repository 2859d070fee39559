"""Triggers that let nothing but the ledger change a lifecycle stage."""

from django.db import migrations

from contacts.lifecycle import triggers


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]

    operations = [migrations.RunPython(triggers.create, triggers.drop, elidable=False)]
