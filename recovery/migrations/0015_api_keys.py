"""Keys of the vendor's own systems."""

import django.db.models.functions.datetime
from django.db import migrations, models

import licensing.models.base


class Migration(migrations.Migration):

    dependencies = [
        ("recovery", "0014_no_erased_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=licensing.models.base.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.SlugField(max_length=60, unique=True)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('hint', models.CharField(help_text='Its first characters, to tell keys apart.', max_length=12, verbose_name='begins with')),
                ('scopes', models.CharField(max_length=300)),
                ('per_minute', models.PositiveIntegerField(default=120, verbose_name='calls a minute')),
                ('made_by', models.CharField(max_length=150)),
                ('approved_by', models.CharField(blank=True, max_length=150)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(blank=True, help_text='To the minute.', null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'verbose_name': 'API key',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes', ''), _negated=True), name='api_keys_may_do_something'), models.CheckConstraint(condition=models.Q(('per_minute__gte', 1)), name='api_keys_may_call'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='api_keys_end_after_they_begin'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='somebody_revoked_the_api_key')],
            },
        ),
    ]
