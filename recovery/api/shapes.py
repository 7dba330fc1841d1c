"""What is answered, field by field, as /api/schema/ describes it. The answers themselves are made in `shown.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from rest_framework import serializers

from licensing.holdings import Standing
from licensing.keys.checking import CodeState
from licensing.models import Platform
from recovery.journeys.request import RequestState
from recovery.mail.outbox import MailState
from recovery.models import ExchangeState
from recovery.policy import Reason, Verdict


def one_of(words: type[StrEnum], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[str(word) for word in words], **options)


class Shape(serializers.Serializer[Any]):
    pass


class Asked(Shape):
    id = serializers.UUIDField(help_text="The request; its addresses begin with it.")
    secret = serializers.CharField(
        help_text="Opens this request, and nothing else, as `Authorization: Bearer`."
    )
    resend_after = serializers.DateTimeField(help_text="From when another mail may be asked for.")


class State(Shape):
    id = serializers.UUIDField()
    state = one_of(
        RequestState,
        help_text="`open`: the code works, or will come. `proved`: done. `over`: no code of it works any more.",
    )
    verified = serializers.BooleanField(help_text="Whether the mailbox is proved, by code or by link.")
    mail = one_of(
        MailState,
        help_text="`waiting`, `accepted` by the receiving server, `refused` by it, or `withheld`: too many were asked "
        "for, or the mailbox's owner stopped them.",
    )
    challenge_expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the newest code ends. Null while there is none."
    )
    keys_mail = one_of(MailState, allow_null=True, help_text="The mail with the keys; null before the proof.")


class Proved(Shape):
    access_token = serializers.CharField(
        help_text="Opens the customer's licenses, as `Authorization: Bearer`."
    )
    expires_at = serializers.DateTimeField(help_text="Half an hour from now.")


class KeyFile(Shape):
    name = serializers.CharField()
    content = serializers.CharField(help_text="In base64.")


class Key(Shape):
    code = serializers.CharField(allow_null=True)
    file = KeyFile(allow_null=True)


class FormerKey(Shape):
    tail = serializers.CharField(help_text="Its last characters; may be empty.")
    replaced_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()


class Bought(Shape):
    product = serializers.CharField()
    standing = one_of(Standing, help_text="`active`, or why there is no key.")
    registered_name = serializers.CharField(
        help_text="The name that the key is registered to. Empty where the key has none, as those of a pool mostly."
    )
    purchased_at = serializers.DateTimeField()
    shop = serializers.CharField()
    order = serializers.CharField(help_text="The shop's order reference.")


class License(Bought):
    id = serializers.UUIDField()
    version = serializers.CharField()
    sku = serializers.CharField()
    platform = one_of(Platform)
    key = Key(allow_null=True)
    download_url = serializers.CharField(allow_null=True)
    activation_help = serializers.CharField(help_text="Plain text; may be empty.")
    former_keys = FormerKey(many=True)


class Unplaced(Bought):
    quantity = serializers.IntegerField()


class Owned(Shape):
    licenses = License(many=True)
    unplaced = Unplaced(
        many=True, help_text="Bought, and no license yet: the vendor has to say what it means."
    )
    keys_mail = one_of(MailState)
    expires_at = serializers.DateTimeField(help_text="When the access token ends.")


class Exchange(Shape):
    id = serializers.UUIDField()
    state = one_of(
        ExchangeState, help_text="`done`, or `waiting` for a key: until it is there, the old one stays."
    )
    to = one_of(Platform)
    asked_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    old_key_until = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": one_of(Platform)}


class Prospect(Shape):
    license = serializers.UUIDField()
    platform = one_of(Platform)
    to = serializers.ListField(child=one_of(Platform), help_text="Where there is an edition to move to.")
    verdict = one_of(Verdict)
    reason = one_of(Reason, help_text="Which rule decided.")
    allowed_from = serializers.DateTimeField(allow_null=True, help_text="When that rule would allow it.")
    moves_left_after = serializers.IntegerField(allow_null=True)
    next_move_from = serializers.DateTimeField(allow_null=True)
    old_key_until = serializers.DateTimeField(allow_null=True, help_text="How long the old key would go on.")
    undo_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the last move may be undone."
    )
    latest = Exchange(allow_null=True, help_text="The license's latest move.")


class Moved(Shape):
    exchange = Exchange()
    license = License()


class CheckedCode(Shape):
    state = one_of(CodeState)
    since = serializers.DateTimeField(allow_null=True, help_text="When a retired code came to its end.")


class Fault(Shape):
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(Shape):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, and for programs.")
    detail = serializers.CharField(help_text="For people; may change.")
    tries_left = serializers.IntegerField(required=False)
    verdict = one_of(Verdict, required=False)
    allowed_from = serializers.DateTimeField(required=False, allow_null=True)
    scope = serializers.CharField(required=False, help_text="What the API key lacks.")
    differing = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Which fields of the call the order on file has otherwise; `lines`, `receiver`, `code` or "
        "`confirmation` of an order that a shop told.",
    )
    elsewhere_left = serializers.IntegerField(
        required=False, help_text="How often the API key is still told today that another edition has a code."
    )

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "errors": Fault(many=True, required=False)}
