"""One view for pages, one for programs."""

from django.urls import path

from bench.floor.views import AskByApi, ask

urlpatterns = [path("", ask), path("api/v1/recovery-requests/", AskByApi.as_view())]
