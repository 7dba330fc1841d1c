"""One indexed SELECT and one INSERT, in Django's own way; nothing else."""

from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Asked(models.Model):
    """Its table is made by the bench, see `bench.requests`: this app is in no installation."""

    address = models.CharField(max_length=320, db_index=True)
    known = models.BooleanField()

    objects: ClassVar[models.Manager[Asked]] = models.Manager()

    class Meta:
        app_label = "bench"
        db_table = "bench_asked"

    def __str__(self) -> str:
        return self.address


def ask(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(f'<form><input name="csrfmiddlewaretoken" value="{get_token(request)}"></form>')
    address = request.POST["email"]
    Asked.objects.create(address=address, known=Asked.objects.filter(address=address).exists())
    return HttpResponse(status=303, headers={"Location": "/"})


class AskByApi(APIView):
    """The same in DRF's own way."""

    def post(self, request: Request) -> Response:
        address = cast(dict[str, str], request.data)["email"]
        asked = Asked.objects.create(address=address, known=Asked.objects.filter(address=address).exists())
        return Response({"id": asked.pk}, status=202)
