"""The service's own settings for its processes under test, with what a test cannot wait for made shorter.

`TEST_SETTINGS` (JSON) lays more over them.
"""

import json
import os

from config.settings import *  # noqa: F403 - Django reads a settings module by its names
from config.settings import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE = {
    **CELERY_BEAT_SCHEDULE,
    "sweep": {**CELERY_BEAT_SCHEDULE["sweep"], "schedule": 0.5},  # 10 s in the service
    "moves": {**CELERY_BEAT_SCHEDULE["moves"], "schedule": 0.5},  # so is this
}
globals().update(json.loads(os.environ.get("TEST_SETTINGS", "{}")))
