from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """What a customer owns: products, purchases, licenses, registration keys."""

    name = "licensing"
    verbose_name = "Licensing"
