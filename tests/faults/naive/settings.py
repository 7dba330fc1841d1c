"""The service's settings under test, with the naive mails and Celery as it comes."""

import json
import os

from tests.journeys.settings import *  # noqa: F403 - Django reads a settings module by its names
from tests.journeys.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.naive.apps.Naive"]
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_BROKER_TRANSPORT_OPTIONS = {}
CELERY_TASK_PUBLISH_RETRY_POLICY = {}
CELERY_BEAT_SCHEDULE = {}
globals().update(json.loads(os.environ.get("TEST_SETTINGS", "{}")))
