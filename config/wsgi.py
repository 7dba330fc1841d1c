"""What a web server serves. In the embedded mode the worker starts here, inside the one web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

from config.celery import app
from config.content_type import PlainContentType
from config.embedded import EmbeddedWorker
from config.patience import keep_no_visitor_waiting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

keep_no_visitor_waiting(connections.settings)
application = PlainContentType(get_wsgi_application())

if settings.EMBEDDED:
    if not settings.DEMO:
        # The terminal's Ctrl-C is for Granian's main process, which then asks this one to stop; both at once made
        # every fourth stop hang. The demo starts its server apart from the terminal.
        os.setpgrp()
    EmbeddedWorker(app).start()
