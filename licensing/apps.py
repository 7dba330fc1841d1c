from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from licensing.triggers import stand_again, step_aside


class LicensingConfig(AppConfig):
    """What a customer owns: products, purchases, licenses, registration keys."""

    name = "licensing"
    verbose_name = "Licensing"

    def ready(self) -> None:
        pre_migrate.connect(step_aside, sender=self)
        post_migrate.connect(stand_again, sender=self)
