from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("licensing", "0012_hooks")]

    operations = []
