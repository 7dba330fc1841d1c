"""One address, one view."""

from django.urls import path

from bench.floor.views import ask

urlpatterns = [path("", ask)]
