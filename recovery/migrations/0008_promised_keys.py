from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recovery", "0007_words")]

    operations = []
