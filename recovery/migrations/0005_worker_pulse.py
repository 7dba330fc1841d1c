from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recovery', '0004_exchanges'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkerPulse',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(default='worker', max_length=10, unique=True)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
    ]
