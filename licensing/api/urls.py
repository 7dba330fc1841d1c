from django.urls import path, re_path

from licensing.api.hooks import hook
from licensing.api.retired import retired_keys

urlpatterns = [
    path("retired-keys.json", retired_keys, name="retired-keys"),
    # With and without the last slash: a redirect would lose what was posted.
    re_path("^hooks/(?P<address>[^/]+)/?$", hook, name="hook"),
]
