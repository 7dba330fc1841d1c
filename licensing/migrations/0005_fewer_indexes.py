from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("licensing", "0004_one_index_each")]

    operations = []
