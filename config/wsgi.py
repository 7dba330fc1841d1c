"""What a web server serves. In the embedded mode the worker starts here, inside the one web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.celery import app
from config.content_type import PlainContentType
from config.embedded import EmbeddedWorker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = PlainContentType(get_wsgi_application())

if settings.EMBEDDED:
    EmbeddedWorker(app).start()
