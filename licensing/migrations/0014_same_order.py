from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("licensing", "0013_imports")]

    operations = []
