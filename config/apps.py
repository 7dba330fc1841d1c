from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wiring: settings, URLs, Celery, the console's site and templates."""

    name = "config"
    verbose_name = "Service"
