"""The Celery app: the wake-up for the outbox, which stays the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("recovery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Threads other than the main one (the embedded worker, the nudger) find the app by this, not by amqp://localhost.
app.set_default()
