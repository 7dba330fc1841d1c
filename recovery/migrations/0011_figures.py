"""Figures for the first page, by day, and how far their counting has come."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recovery', '0010_owner_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayFigure',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('figure', models.CharField(choices=[('requests', 'requests'), ('proved', 'requests whose mailbox was proved'), ('alone', 'proved requests served without support'), ('wait', 'mails accepted, by how long that took'), ('moves', 'moves done'), ('refusals', 'refusals'), ('orders', 'orders'), ('orders_new', 'orders recorded a moment ago'), ('pool_level', 'codes left in the pool'), ('pool_used', 'codes used in the 90 days before')], max_length=10)),
                ('part', models.CharField(blank=True, max_length=80)),
                ('value', models.PositiveBigIntegerField()),
            ],
            options={
                'verbose_name': 'figure of a day',
                'verbose_name_plural': 'figures of days',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='A day; orders; or all of it.', max_length=20, unique=True)),
                ('times', models.PositiveBigIntegerField(default=0)),
                ('position', models.UUIDField(blank=True, help_text='The last order that is counted for good.', null=True)),
                ('counted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'count',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(condition=models.Q(('completed_at__isnull', False)), fields=['completed_at'], name='exchanges_done'),
        ),
        migrations.AddConstraint(
            model_name='dayfigure',
            constraint=models.UniqueConstraint(fields=('figure', 'day', 'part'), name='one_value_per_day_and_part'),
        ),
        migrations.AddConstraint(
            model_name='dayfigure',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='figures_are_counts'),
        ),
    ]
