import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.common.creating import FirstMigration


class Migration(FirstMigration):

    dependencies = [
        ('contacts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='name')),
                ('at', models.DateTimeField(verbose_name='when')),
            ],
            options={
                'verbose_name': 'heartbeat',
                'verbose_name_plural': 'heartbeats',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('subject_type', models.CharField(max_length=80, verbose_name='kind of record')),
                ('subject_id', models.BigIntegerField(verbose_name='record')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('payload', models.JSONField(default=dict, verbose_name='details')),
                ('occurred_at', models.DateTimeField(verbose_name='when')),
                ('transaction_id', models.BigIntegerField(default=0, editable=False)),
                ('claimed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('next_attempt_at', models.DateTimeField(editable=False)),
                ('attempts', models.PositiveIntegerField(default=0, editable=False)),
                ('last_error', models.TextField(blank=True, editable=False)),
                ('delivered_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='delivered')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ('transaction_id', 'id'),
                'indexes': [models.Index(fields=['transaction_id', 'id'], name='integrations_event_order'), models.Index(fields=['subject_type', 'subject_id'], name='integrations_event_subject'), models.Index(condition=models.Q(('delivered_at__isnull', True)), fields=['next_attempt_at'], name='integrations_event_due')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integrations.event', verbose_name='event')),
                ('subscriber', models.CharField(max_length=120, verbose_name='subscriber')),
                ('delivered_at', models.DateTimeField(auto_now_add=True, verbose_name='delivered')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('event', 'subscriber'), name='integrations_delivery_once_per_subscriber')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='caller')),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('path', models.CharField(max_length=255, verbose_name='address')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('holder', models.UUIDField(editable=False)),
                ('claimed_until', models.DateTimeField(editable=False)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='status')),
                ('answer', models.BinaryField(default=b'')),
                ('headers', models.JSONField(default=dict, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'idempotency key',
                'verbose_name_plural': 'idempotency keys',
                'ordering': ('id',),
                'indexes': [models.Index(fields=['created_at'], name='integrations_key_by_age')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='integrations_idempotencykey_one_per_caller'), models.CheckConstraint(condition=models.Q(('status__isnull', True), models.Q(('status__gte', 200), ('status__lt', 400)), _connector='OR'), name='integrations_idempotencykey_keeps_no_error')],
            },
        ),
    ]
