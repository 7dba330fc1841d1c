"""The service's own settings, with another URL configuration."""

from config.settings import *  # noqa: F403 - everything else is to be the same

ROOT_URLCONF = "bench.floor.urls"
