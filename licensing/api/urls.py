from django.urls import path

from licensing.api.retired import retired_keys

urlpatterns = [path("retired-keys.json", retired_keys, name="retired-keys")]
