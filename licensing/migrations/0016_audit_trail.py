"""The audit trail, which the database lets nobody change, and keys that can be destroyed.

PostgreSQL refuses UPDATE, DELETE and TRUNCATE; SQLite the first two, and its triggers are kept across later migrations
by `triggers.py`. Who owns the tables could switch triggers off: then the chain tells.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import licensing.models.base
from django.db import migrations, models


POSTGRESQL = [
    """
    CREATE FUNCTION licensing_audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'check_violation';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION licensing_audit_is_only_added_to()"
        for table in ("licensing_auditentry", "licensing_auditlink")
        for deed in ("UPDATE", "DELETE", "TRUNCATE")
    ),
]
POSTGRESQL_UNDONE = [
    *(
        f"DROP TRIGGER {table}_no_{deed.lower()} ON {table}"
        for table in ("licensing_auditentry", "licensing_auditlink")
        for deed in ("UPDATE", "DELETE", "TRUNCATE")
    ),
    "DROP FUNCTION licensing_audit_is_only_added_to()",
]
SQLITE = [
    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"
    for table in ("licensing_auditentry", "licensing_auditlink")
    for deed in ("UPDATE", "DELETE")
]
SQLITE_UNDONE = [
    f"DROP TRIGGER IF EXISTS {table}_no_{deed.lower()}"
    for table in ("licensing_auditentry", "licensing_auditlink")
    for deed in ("UPDATE", "DELETE")
]


def create(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def drop(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL_UNDONE, "sqlite": SQLITE_UNDONE})


def run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0015_disputes'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=licensing.models.base.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.CharField(blank=True, help_text='The login; empty: the customer.', max_length=150)),
                ('action', models.CharField(max_length=60)),
                ('customer', models.UUIDField(blank=True, null=True)),
                ('model', models.CharField(blank=True, max_length=60)),
                ('row', models.CharField(blank=True, max_length=64)),
                ('key', models.CharField(max_length=60)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'verbose_name_plural': 'audit entries',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AuditLink',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('digest', models.BinaryField(max_length=32)),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='StoredKey',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField(help_text='The key, encrypted.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='AuditPending',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='pending', serialize=False, to='licensing.auditentry')),
            ],
            options={
                'ordering': ['entry'],
            },
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(condition=models.Q(('customer__isnull', False)), fields=['customer', 'id'], name='audit_of_customer'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['by', 'id'], name='audit_of_person'),
        ),
        migrations.AddField(
            model_name='auditlink',
            name='entry',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='link', to='licensing.auditentry'),
        ),
        migrations.RunPython(create, drop),
    ]
