from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The mailbox page and its templates; installed in the demo only."""

    name = "demo"
