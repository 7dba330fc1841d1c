"""Which address leads where. The demo's mailbox exists only in the demo."""

from django.conf import settings
from django.urls import include, path

from config.health import live, ready
from recovery.api.docs import reference, schema

urlpatterns = [
    path("", include("recovery.web.urls")),
    path("api/v1/", include("recovery.api.urls")),
    path("api/schema/", schema, name="api-schema"),
    path("api/docs/", reference, name="api-docs"),
    path("", include("licensing.api.urls")),
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
    path("console/", include("config.console")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("demo.urls")))

handler400 = "config.staff.views.refused.bad_request"
handler403 = "config.staff.views.refused.forbidden"
handler404 = "config.staff.views.refused.not_found"
handler500 = "recovery.web.errors.server_error"
