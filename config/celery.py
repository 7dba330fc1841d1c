"""The Celery app: the wake-up for the outbox, which stays the truth."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Django's checks load every page of the web, which no worker shows: a second and 30 MB for each process. manage.py
# runs them; what is unsafe in the environment the settings refuse, here too.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

app = Celery("recovery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Threads other than the main one (the embedded worker, the nudger) find the app by this, not by amqp://localhost.
app.set_default()


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """A receiver is how Celery is told to leave logging as settings.LOGGING_CONFIG made it."""


@task_prerun.connect
def start_with_a_connection_that_works(**_: Any) -> None:
    """What Django does before each web request. With CELERY_DB_REUSE_MAX, Celery itself keeps a connection that a
    restart of PostgreSQL has ended, and every later task of that process fails on it."""
    close_old_connections()
