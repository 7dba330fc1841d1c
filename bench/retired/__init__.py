"""The list of retired codes at the size of a large vendor. Importing this package starts servers and sets Django up."""

import os

import django

import tests.environment as servers

assert servers.SERVERS, "run it with PostgreSQL: without TEST_DATABASE=sqlite"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
