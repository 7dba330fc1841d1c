from django.urls import include, path

from recovery.api.keys import KeyCheck
from recovery.api.licenses import Licenses, Moves, Undo
from recovery.api.requests import OneRequest, Proof, Requests, Resending

urlpatterns = [
    path("recovery-requests/", Requests.as_view(), name="requests"),
    path("recovery-requests/<uuid:request_id>/", OneRequest.as_view(), name="request-state"),
    path("recovery-requests/<uuid:request_id>/verify/", Proof.as_view(), name="request-proof"),
    path("recovery-requests/<uuid:request_id>/resend/", Resending.as_view(), name="request-resend"),
    path("licenses/", Licenses.as_view(), name="api-licenses"),
    path("licenses/<uuid:license_id>/exchange/", Moves.as_view(), name="api-exchange"),
    path("licenses/<uuid:license_id>/exchange/undo/", Undo.as_view(), name="api-undo"),
    path("vendor/", include("recovery.api.vendor.urls")),
    path("keys/check/", KeyCheck.as_view(), name="key-check"),
]
