"""An address whose view has a fault, for the page that admits it."""

from typing import NoReturn

from django.http import HttpRequest
from django.urls import include, path


def fault(request: HttpRequest) -> NoReturn:
    raise RuntimeError("the secret of anna@example.com")


urlpatterns = [path("fault/", fault), path("", include("config.urls"))]
handler500 = "recovery.web.errors.server_error"
