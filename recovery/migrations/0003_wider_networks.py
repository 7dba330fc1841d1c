from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recovery", "0002_mail_not_sent")]

    operations = []
