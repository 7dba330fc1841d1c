from django.db import migrations, models


class Migration(migrations.Migration):
    """Requests are also counted by the /48 or /16 around their network. Those asked before this have none."""

    dependencies = [
        ('recovery', '0002_mail_not_sent'),
    ]

    operations = [
        migrations.AddField(
            model_name='recoveryrequest',
            name='wider_network',
            field=models.BinaryField(help_text='None: asked before it was counted.', max_length=16, null=True),
        ),
    ]
