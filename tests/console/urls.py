"""The console at its address, as the demo has it: everywhere else it is still switched off."""

from django.urls import include, path

urlpatterns = [path("console/", include("config.console"))]
