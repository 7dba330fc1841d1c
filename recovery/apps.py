from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """How a customer gets it back: requests, proof of the mailbox, and the mails."""

    name = "recovery"
    verbose_name = "Recovery"
