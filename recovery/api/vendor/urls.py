from django.urls import path

from recovery.api.vendor.own import OwnKey

urlpatterns = [
    path("key/", OwnKey.as_view(), name="vendor-key"),
]
