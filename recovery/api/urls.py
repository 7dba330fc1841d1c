from django.urls import path

from recovery.api.requests import RequestState

urlpatterns = [path("recovery-requests/<uuid:request_id>/", RequestState.as_view(), name="request-state")]
