"""Every address a customer may see. None takes a target to go on to."""

from django.urls import path

from recovery.web.about import Plain, Privacy, robots
from recovery.web.ask import Ask, Request
from recovery.web.change_address import (
    ChangeAddress,
    ClaimLink,
    ClaimProve,
    ClaimRequest,
    FreshClaimLink,
)
from recovery.web.claim_state import AnswerLink, ClaimState, ProveAgain
from recovery.web.data import Download, EraseMe, YourData
from recovery.web.embed import embed_js
from recovery.web.licenses import Done, LicenseFile, Licenses
from recovery.web.move import Answer, AskSupport, Cancel, Move, Moved, Undo
from recovery.web.mute import NotMe, Unmute
from recovery.web.prove import FreshLink, MailedLink, Verify
from recovery.web.stop_change import StopChange
from recovery.web.theme import logo, theme_css

READING = ["get", "head", "options"]

urlpatterns = [
    path("", Ask.as_view(), name="ask"),
    path("requests/<uuid:request_id>/", Request.as_view(), name="request"),
    path("verify/", Verify.as_view(), name="verify"),
    path("verify/fresh/", FreshLink.as_view(), name="fresh-link"),
    path("verify/<str:token>/", MailedLink.as_view(), name="link"),
    path("licenses/", Licenses.as_view(), name="licenses"),
    path("licenses/<uuid:key_id>/file", LicenseFile.as_view(), name="license-file"),
    path("licenses/data/", YourData.as_view(), name="your-data"),
    path("licenses/data/download/", Download.as_view(), name="your-data-download"),
    path("licenses/data/erase/", EraseMe.as_view(), name="erase-me"),
    path("licenses/data/erased/", Plain.as_view(template="erased"), name="erased"),
    path("licenses/done/", Done.as_view(), name="licenses-done"),
    path("licenses/<uuid:license_id>/move/<str:platform>/", Move.as_view(), name="move"),
    path("licenses/<uuid:license_id>/move/<str:platform>/ask/", AskSupport.as_view(), name="move-ask"),
    path("moves/<uuid:exchange_id>/", Moved.as_view(), name="moved"),
    path("moves/<uuid:exchange_id>/undo/", Undo.as_view(), name="move-undo"),
    path("moves/<uuid:exchange_id>/cancel/", Cancel.as_view(), name="move-cancel"),
    path("moves/<uuid:exchange_id>/answer/", Answer.as_view(), name="move-answer"),
    path("not-me/", NotMe.as_view(), name="not-me"),
    path("not-me/done/", Plain.as_view(template="not_me_done"), name="not-me-done"),
    path("not-me/<str:token>/", NotMe.as_view(http_method_names=READING), name="not-me-link"),
    path("address-change/", ChangeAddress.as_view(), name="address-change"),
    path("address-change/state/", ClaimState.as_view(), name="address-change-state"),
    path("address-change/answer/", ProveAgain.as_view(), name="claim-answer"),
    path("address-change/answer/<str:token>/", AnswerLink.as_view(), name="claim-answer-link"),
    path("address-change/prove/", ClaimProve.as_view(), name="claim-prove"),
    path("address-change/prove/fresh/", FreshClaimLink.as_view(), name="claim-fresh"),
    path("address-change/prove/<str:token>/", ClaimLink.as_view(), name="claim-link"),
    path("address-change/<uuid:request_id>/", ClaimRequest.as_view(), name="address-change-request"),
    path("stop-change/", StopChange.as_view(), name="stop-change"),
    path("stop-change/done/", Plain.as_view(template="stop_change_done"), name="stop-change-done"),
    path("stop-change/<str:token>/", StopChange.as_view(http_method_names=READING), name="stop-change-link"),
    path("unmute/", Unmute.as_view(), name="unmute"),
    path("unmute/done/", Plain.as_view(template="unmute_done"), name="unmute-done"),
    path("unmute/<str:token>/", Unmute.as_view(http_method_names=READING), name="unmute-link"),
    path("privacy/", Privacy.as_view(), name="privacy"),
    path("robots.txt", robots, name="robots"),
    path("embed.js", embed_js, name="embed"),
    path("theme.css", theme_css, name="theme"),
    path("logo", logo, name="logo"),
]
