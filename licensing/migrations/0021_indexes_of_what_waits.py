"""What needs a person is listed by kind and by age, on the first page and its lists."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('licensing', '0020_parts_of_names'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['kind', 'id'], name='open_cases_by_kind'),
        ),
        migrations.AddIndex(
            model_name='purchaseline',
            index=models.Index(condition=models.Q(('placed_at', None)), fields=['id'], name='unplaced_by_age'),
        ),
    ]
