"""A client of the License Recovery API. Made from docs/api/schema.json by `make clients`: do not edit it.

Copy this file into your project; it needs Python 3.11 and nothing else. Times are texts (RFC 3339, UTC), ids are texts,
and words such as states may be joined by new ones: treat one that you do not know as you treat the most general.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, NotRequired, TypedDict, TypeVar

T = TypeVar("T")


class Problem(Exception):
    """The service refused the call. `code` is stable and for programs, the text for people.

    `document` is all that it said; `retry_after` are seconds, where it named any.
    """

    def __init__(self, document: Mapping[str, Any], *, retry_after: int | None = None) -> None:
        super().__init__(document.get("detail") or document.get("title") or "refused")
        self.document = document
        self.status = int(document.get("status", 0))
        self.code = str(document.get("code", ""))
        self.retry_after = retry_after


class Tagged(NamedTuple, Generic[T]):
    """A row, and the tag that a change of it has to show."""

    document: T
    etag: str


def pages(call: Callable[..., Any], **asked: Any) -> Iterator[Any]:
    """Every row of a list, page after page: `pages(client.list_purchases, buyer=…)`."""
    cursor: str | None = None
    while True:
        page = call(**asked, **({"cursor": cursor} if cursor else {}))
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


class Answer(NamedTuple):
    document: Any
    etag: str


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


class HereOnly(urllib.request.HTTPRedirectHandler):
    """A redirect is followed nowhere: it would take the key along to another host, and make a GET of a POST."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Connection:
    """`url` is the service's address, as https://recover.example.com; `api_key` is for the vendor's own systems."""

    def __init__(self, url: str, *, api_key: str = "", timeout: float = 30) -> None:
        if not url.startswith(("https://", "http://")):
            raise ValueError("the address begins with https://")
        self._url = url.rstrip("/") + "/api/v1/"
        self._key = api_key
        self._timeout = timeout
        self._opener = urllib.request.build_opener(HereOnly)

    def _call(
        self,
        method: str,
        path: str,
        *,
        bearer: str = "",
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Raises `Problem`, and `OSError` where no answer came: whether a change was done is then open, and the same
        call with the same idempotency key finds out."""
        found = given(query or {})
        address = self._url + path + (f"?{urllib.parse.urlencode(found)}" if found else "")
        sent = given({"Authorization": f"Bearer {bearer}" if bearer else None, **(headers or {})})
        data = None if body is None else json.dumps(given(body)).encode()
        sent["Content-Type"] = "application/json"
        request = urllib.request.Request(address, data, sent, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return Answer(json.load(answer), answer.headers.get("ETag", ""))
        except urllib.error.HTTPError as error:
            raise problem_of(error) from None
        except (http.client.HTTPException, ValueError) as error:
            raise OSError("the answer broke off, or is none of the service's") from error


def problem_of(error: urllib.error.HTTPError) -> Problem:
    """Also of what stands before the service, and knows no problem documents."""
    after = error.headers.get("Retry-After", "")
    try:
        document = json.load(error)
    except (OSError, http.client.HTTPException, ValueError):
        document = None
    if not isinstance(document, dict):
        document = {"status": error.code, "title": str(error.reason), "code": "no_document"}
    return Problem(document, retry_after=int(after) if after.isdecimal() else None)


class Asked(TypedDict):
    id: str
    resend_after: str
    secret: str


class State(TypedDict):
    challenge_expires_at: str | None
    id: str
    keys_mail: str | None
    mail: str
    state: str
    verified: bool


class Proved(TypedDict):
    access_token: str
    expires_at: str


class FormerKey(TypedDict):
    replaced_at: str
    tail: str
    valid_until: str


class KeyFile(TypedDict):
    content: str
    name: str


class Key(TypedDict):
    code: str | None
    file: KeyFile | None


class License(TypedDict):
    activation_help: str
    download_url: str | None
    former_keys: list[FormerKey]
    id: str
    key: Key | None
    order: str
    platform: str
    product: str
    purchased_at: str
    registered_name: str
    shop: str
    sku: str
    standing: str
    version: str


class Unplaced(TypedDict):
    order: str
    product: str
    purchased_at: str
    quantity: int
    registered_name: str
    shop: str
    standing: str


class Owned(TypedDict):
    expires_at: str
    keys_mail: str
    licenses: list[License]
    unplaced: list[Unplaced]


Exchange = TypedDict(
    "Exchange",
    {
        "asked_at": str,
        "completed_at": str | None,
        "from": str,
        "id": str,
        "old_key_until": str | None,
        "state": str,
        "to": str,
        "undone_at": str | None,
    },
)


class Prospect(TypedDict):
    allowed_from: str | None
    latest: Exchange | None
    license: str
    moves_left_after: int | None
    next_move_from: str | None
    old_key_until: str | None
    platform: str
    reason: str
    to: list[str]
    undo_until: str | None
    verdict: str


class Moved(TypedDict):
    exchange: Exchange
    license: License


class OwnKey(TypedDict):
    calls_per_minute: int
    expires_at: str
    id: str
    name: str
    scopes: list[str]


class SoldLine(TypedDict):
    id: str
    name: str
    placed_at: str | None
    product_ref: str
    quantity: int
    receiver: str | None
    variant: str


class MarkedRefund(TypedDict):
    at: str
    by: str
    line: str | None
    units: int | None


class OtherName(TypedDict):
    kind: str
    value: str


class VendorPurchase(TypedDict):
    buyer: str | None
    disputed_at: str | None
    id: str
    lines: list[SoldLine]
    marked_refunds: list[MarkedRefund]
    ordered_at: str
    paid_at: str | None
    recorded_at: str
    reference: str
    references: list[OtherName]
    refunded_at: str | None
    refunded_units: int | None
    state: str
    store: str
    told_as: str | None
    won_at: str | None


class Purchases(TypedDict):
    items: list[VendorPurchase]
    next: str | None


class ServingKey(TypedDict):
    id: str
    since: str
    tail: str


class VendorLicense(TypedDict):
    customer: str | None
    expires_at: str | None
    id: str
    key: ServingKey | None
    line: str
    platform: str
    product: str
    purchase: str
    refunded_at: str | None
    revoked_at: str | None
    revoked_reason: str
    sku: str
    standing: str
    unit: int


class Licenses(TypedDict):
    items: list[VendorLicense]
    next: str | None


class VendorEdition(TypedDict):
    id: str
    key_source: str
    low_stock_level: int
    platform: str
    product: str
    sku: str
    stocked_at: str | None
    version: str


class Editions(TypedDict):
    items: list[VendorEdition]
    next: str | None


class Mailbox(TypedDict):
    address: str
    former_since: str | None


class VendorCustomer(TypedDict):
    addresses: list[Mailbox]
    company: str
    created_at: str
    full_name: str
    id: str
    language: str
    newsletter_consent: bool | None


class Customers(TypedDict):
    items: list[VendorCustomer]
    next: str | None


VendorExchange = TypedDict(
    "VendorExchange",
    {
        "asked_at": str,
        "by": str,
        "completed_at": str | None,
        "customer": str | None,
        "ended_at": str | None,
        "from": str,
        "from_sku": str,
        "id": str,
        "kind": str,
        "license": str,
        "old_key_until": str | None,
        "reason": str,
        "state": str,
        "to": str,
        "to_sku": str,
        "undone_at": str | None,
        "undone_by": str,
    },
)


class Exchanges(TypedDict):
    items: list[VendorExchange]
    next: str | None


class FailedAttempt(TypedDict):
    ended_at: str
    number: int
    outcome: str
    reply: str
    stage: str


class VendorMessage(TypedDict):
    accepted_at: str | None
    ambiguous: int
    attempt_at: str | None
    attempts: int
    composed_as: str | None
    created_at: str
    customer: str | None
    due_at: str
    failed_attempts: list[FailedAttempt]
    id: str
    kind: str
    reply: str
    state: str
    withheld_because: str | None


class Messages(TypedDict):
    items: list[VendorMessage]
    next: str | None


class VendorEvent(TypedDict):
    attempts: int
    connection: str
    event_id: str
    id: str
    kind: str
    processed_at: str | None
    purchase: str | None
    reason: str
    received_at: str
    said_at: str | None
    state: str
    store: str
    test: bool


class Events(TypedDict):
    items: list[VendorEvent]
    next: str | None


class LoadedKeys(TypedDict):
    in_pool: list[int]
    new: int
    owned: list[int]
    repeated: list[int]
    served: int


class NewKey(TypedDict):
    code: str
    name: NotRequired[str]
    seats: NotRequired[int | None]


class ErasedCustomer(TypedDict):
    erased: bool
    id: str


class VendorFigure(TypedDict):
    day: str
    figure: str
    part: str
    value: int


class Figures(TypedDict):
    items: list[VendorFigure]


class CheckedCode(TypedDict):
    since: str | None
    state: str


class LicenseRecovery(Connection):
    """Every call of the API."""

    def ask_for_mail(
        self,
        *,
        email: str,
        language: str | None = None,
        idempotency_key: str | None = None,
    ) -> Asked:
        """Ask for a mail with a link and a code. The answer is the same for every address, whether anything is
        filed under it or not.
        `email`: The address that the customer bought with.
        `language`: Language of the mail, as `en` or `de-AT`. One that there is no mail in gets the vendor's
        own.
        """
        answer = self._call(
            "POST",
            "recovery-requests/",
            body={
                "email": email,
                "language": language,
            },
            headers={"Idempotency-Key": idempotency_key},
        )
        told: Asked = answer.document
        return told

    def show_request(
        self,
        request_id: str,
        *,
        secret: str,
    ) -> State:
        """What has become of the mail. The same four states for every address."""
        answer = self._call(
            "GET",
            f"recovery-requests/{quoted(request_id)}/",
            bearer=secret,
        )
        told: State = answer.document
        return told

    def prove_mailbox(
        self,
        request_id: str,
        *,
        secret: str,
        code: str,
        idempotency_key: str | None = None,
    ) -> Proved:
        """Prove the mailbox by the mailed code. It works once; after five wrong ones none is compared any more,
        and the mailed link goes on working. The keys are mailed, too, to the address on file.
        `code`: From the mail. Small letters, spaces and dashes make no difference.
        """
        answer = self._call(
            "POST",
            f"recovery-requests/{quoted(request_id)}/verify/",
            bearer=secret,
            body={"code": code},
            headers={"Idempotency-Key": idempotency_key},
        )
        told: Proved = answer.document
        return told

    def resend_mail(
        self,
        request_id: str,
        *,
        secret: str,
        idempotency_key: str | None = None,
    ) -> Asked:
        """Ask for one more mail to the same address. It has a code of its own; the earlier one works on until its
        end. A mail that has not gone yet is not sent twice.
        """
        answer = self._call(
            "POST",
            f"recovery-requests/{quoted(request_id)}/resend/",
            bearer=secret,
            headers={"Idempotency-Key": idempotency_key},
        )
        told: Asked = answer.document
        return told

    def list_licenses(
        self,
        *,
        token: str,
    ) -> Owned:
        """All licenses of the customer whose mailbox was proved. Newest purchase first, each with its key or the
        reason why there is none.
        """
        answer = self._call(
            "GET",
            "licenses/",
            bearer=token,
        )
        told: Owned = answer.document
        return told

    def ask_policy(
        self,
        license_id: str,
        *,
        token: str,
    ) -> Prospect:
        """Whether a license may move to another platform. Changes nothing."""
        answer = self._call(
            "GET",
            f"licenses/{quoted(license_id)}/exchange/",
            bearer=token,
        )
        told: Prospect = answer.document
        return told

    def move_license(
        self,
        license_id: str,
        *,
        token: str,
        to: str,
        idempotency_key: str | None = None,
    ) -> Moved:
        """Move a license to another platform. The new key is there at once, or as soon as there is one; the old
        one goes on until its grace period is over. Asked again, it is the same move.
        `to`: The platform to move to.
        """
        answer = self._call(
            "POST",
            f"licenses/{quoted(license_id)}/exchange/",
            bearer=token,
            body={"to": to},
            headers={"Idempotency-Key": idempotency_key},
        )
        told: Moved = answer.document
        return told

    def undo_move(
        self,
        license_id: str,
        *,
        token: str,
        idempotency_key: str | None = None,
    ) -> Moved:
        """Take the last move back. The old key serves again, the new one ends at once, and the move still counts."""
        answer = self._call(
            "POST",
            f"licenses/{quoted(license_id)}/exchange/undo/",
            bearer=token,
            headers={"Idempotency-Key": idempotency_key},
        )
        told: Moved = answer.document
        return told

    def show_key(
        self,
    ) -> OwnKey:
        """What the key that calls may do. Any good key may ask."""
        answer = self._call(
            "GET",
            "vendor/key/",
            bearer=self._key,
        )
        told: OwnKey = answer.document
        return told

    def list_purchases(
        self,
        *,
        buyer: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
        reference: str | None = None,
        store: str | None = None,
        transaction: str | None = None,
    ) -> Purchases:
        """Orders, with what was sold. Newest first, in pages. Needs `purchases:read`.
        `cursor`: `next` of the page before.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        `reference`: The shop's order reference.
        `store`: The store's name; only along with `reference`.
        `transaction`: Any other number that the shop has for it: an invoice, say.
        """
        answer = self._call(
            "GET",
            "vendor/purchases/",
            bearer=self._key,
            query={
                "buyer": buyer,
                "cursor": cursor,
                "limit": limit,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
                "reference": reference,
                "store": store,
                "transaction": transaction,
            },
        )
        told: Purchases = answer.document
        return told

    def add_purchase(
        self,
        *,
        email: str,
        ordered_at: str,
        reason: str,
        reference: str,
        sku: str,
        quantity: int | None = None,
        registered_name: str | None = None,
        store: str | None = None,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorPurchase]:
        """Put an order on file that no shop tells: for a customer who is on file. It counts as paid, and its
        licenses get keys as any other's do. The same order again changes nothing. Needs `purchases:write`.
        `email`: A current address of a customer on file: the buyer.
        `ordered_at`: With its zone.
        `reason`: Why; recorded.
        `reference`: The order's number.
        `sku`: The edition's.
        `registered_name`: If it is not the customer's name.
        `store`: The store's name; without it, the one for orders by hand.
        """
        answer = self._call(
            "POST",
            "vendor/purchases/",
            bearer=self._key,
            body={
                "email": email,
                "ordered_at": ordered_at,
                "reason": reason,
                "reference": reference,
                "sku": sku,
                "quantity": quantity,
                "registered_name": registered_name,
                "store": store,
            },
            headers={"Idempotency-Key": idempotency_key},
        )
        return Tagged(answer.document, answer.etag)

    def show_purchase(
        self,
        purchase_id: str,
    ) -> Tagged[VendorPurchase]:
        """One order. Needs `purchases:read`."""
        answer = self._call(
            "GET",
            f"vendor/purchases/{quoted(purchase_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def list_sold_licenses(
        self,
        *,
        cursor: str | None = None,
        customer: str | None = None,
        ended: str | None = None,
        limit: int | None = None,
        purchase: str | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
    ) -> Licenses:
        """Licenses, each with the key that serves it, by the key's id. Newest first, in pages. Needs
        `purchases:read`.
        `cursor`: `next` of the page before.
        `customer`: Whose they are.
        `ended`: Those that ended by themselves.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        """
        answer = self._call(
            "GET",
            "vendor/licenses/",
            bearer=self._key,
            query={
                "cursor": cursor,
                "customer": customer,
                "ended": ended,
                "limit": limit,
                "purchase": purchase,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
            },
        )
        told: Licenses = answer.document
        return told

    def show_sold_license(
        self,
        license_id: str,
    ) -> Tagged[VendorLicense]:
        """One license. Needs `purchases:read`."""
        answer = self._call(
            "GET",
            f"vendor/licenses/{quoted(license_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def list_editions(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
    ) -> Editions:
        """What is sold: a product, in a version, on one platform. Newest first, in pages. Any good key may ask.
        `cursor`: `next` of the page before.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        """
        answer = self._call(
            "GET",
            "vendor/editions/",
            bearer=self._key,
            query={
                "cursor": cursor,
                "limit": limit,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
            },
        )
        told: Editions = answer.document
        return told

    def show_edition(
        self,
        edition_id: str,
    ) -> Tagged[VendorEdition]:
        """One edition. Any good key may ask."""
        answer = self._call(
            "GET",
            f"vendor/editions/{quoted(edition_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def list_customers(
        self,
        *,
        cursor: str | None = None,
        email: str | None = None,
        limit: int | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
    ) -> Customers:
        """Customers with their addresses. Newest first, in pages. Needs `customers:read`.
        `cursor`: `next` of the page before.
        `email`: Whose address this is now.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        """
        answer = self._call(
            "GET",
            "vendor/customers/",
            bearer=self._key,
            query={
                "cursor": cursor,
                "email": email,
                "limit": limit,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
            },
        )
        told: Customers = answer.document
        return told

    def show_customer(
        self,
        customer_id: str,
    ) -> Tagged[VendorCustomer]:
        """One customer. Needs `customers:read`."""
        answer = self._call(
            "GET",
            f"vendor/customers/{quoted(customer_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def list_exchanges(
        self,
        *,
        cursor: str | None = None,
        customer: str | None = None,
        license: str | None = None,
        limit: int | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
        state: str | None = None,
    ) -> Exchanges:
        """Moves to another platform, and leaked keys that were replaced. Newest first, in pages. Needs
        `exchanges:read`.
        `cursor`: `next` of the page before.
        `customer`: Whose the license is.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        """
        answer = self._call(
            "GET",
            "vendor/exchanges/",
            bearer=self._key,
            query={
                "cursor": cursor,
                "customer": customer,
                "license": license,
                "limit": limit,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
                "state": state,
            },
        )
        told: Exchanges = answer.document
        return told

    def move_for_owner(
        self,
        *,
        license: str,
        to: str,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Move a license on its owner's behalf. At once, or as soon as there is a key; a mail tells the owner.
        Beyond the product's rules a reason is needed. Needs `exchanges:write`.
        `reason`: Why; recorded. Needed for what goes beyond the product's rules.
        """
        answer = self._call(
            "POST",
            "vendor/exchanges/",
            bearer=self._key,
            body={
                "license": license,
                "to": to,
                "reason": reason,
            },
            headers={"Idempotency-Key": idempotency_key},
        )
        return Tagged(answer.document, answer.etag)

    def show_exchange(
        self,
        exchange_id: str,
    ) -> Tagged[VendorExchange]:
        """One move. Needs `exchanges:read`."""
        answer = self._call(
            "GET",
            f"vendor/exchanges/{quoted(exchange_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def list_messages(
        self,
        *,
        cursor: str | None = None,
        customer: str | None = None,
        limit: int | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
        state: str | None = None,
    ) -> Messages:
        """What became of mails, with the receiving server's words. Newest first, in pages. Needs `messages:read`.
        `cursor`: `next` of the page before.
        `customer`: To any address of theirs.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        """
        answer = self._call(
            "GET",
            "vendor/messages/",
            bearer=self._key,
            query={
                "cursor": cursor,
                "customer": customer,
                "limit": limit,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
                "state": state,
            },
        )
        told: Messages = answer.document
        return told

    def show_message(
        self,
        message_id: str,
    ) -> Tagged[VendorMessage]:
        """One mail. Needs `messages:read`."""
        answer = self._call(
            "GET",
            f"vendor/messages/{quoted(message_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def list_events(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        purchase: str | None = None,
        recorded_before: str | None = None,
        recorded_since: str | None = None,
        state: str | None = None,
    ) -> Events:
        """What shops notified, and what came of it. Newest first, in pages. Needs `events:read`.
        `cursor`: `next` of the page before.
        `limit`: How many rows at most.
        `recorded_before`: Rows that came on file before; with its zone.
        `recorded_since`: Rows that came on file then, or later; with its zone.
        `state`: Those that wait for a person.
        """
        answer = self._call(
            "GET",
            "vendor/events/",
            bearer=self._key,
            query={
                "cursor": cursor,
                "limit": limit,
                "purchase": purchase,
                "recorded_before": recorded_before,
                "recorded_since": recorded_since,
                "state": state,
            },
        )
        told: Events = answer.document
        return told

    def show_event(
        self,
        event_id: str,
    ) -> Tagged[VendorEvent]:
        """One notification. Needs `events:read`."""
        answer = self._call(
            "GET",
            f"vendor/events/{quoted(event_id)}/",
            bearer=self._key,
        )
        return Tagged(answer.document, answer.etag)

    def mark_refunded(
        self,
        purchase_id: str,
        etag: str,
        *,
        reason: str,
        line: str | None = None,
        units: int | None = None,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorPurchase]:
        """Say that an order was refunded, or some units of one of its lines. It stands beside what the shop says;
        the licenses end. Needs `purchases:write`.
        `reason`: Why; recorded.
        `line`: Without it, the whole order is refunded.
        `units`: Of that line, all marked ones together.
        """
        answer = self._call(
            "POST",
            f"vendor/purchases/{quoted(purchase_id)}/refund/",
            bearer=self._key,
            body={
                "reason": reason,
                "line": line,
                "units": units,
            },
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def withdraw_refund(
        self,
        purchase_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorPurchase]:
        """Take that back. What the shop itself says stays. Needs `purchases:write`.
        `reason`: Why; recorded.
        """
        answer = self._call(
            "POST",
            f"vendor/purchases/{quoted(purchase_id)}/refund/withdraw/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def revoke_license(
        self,
        license_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorLicense]:
        """End one license. Its key counts no more; restoring brings it back. Needs `purchases:write`.
        `reason`: Why; recorded.
        """
        answer = self._call(
            "POST",
            f"vendor/licenses/{quoted(license_id)}/revoke/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def restore_license(
        self,
        license_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorLicense]:
        """Let a revoked license count again, with the key that it had. Needs `purchases:write`.
        `reason`: Why; recorded.
        """
        answer = self._call(
            "POST",
            f"vendor/licenses/{quoted(license_id)}/restore/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def replace_leaked_key(
        self,
        license_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Give a license another key for one that leaked. The leaked one ends at once; a mail tells the owner.
        Needs `exchanges:write`.
        `reason`: Why; recorded.
        """
        answer = self._call(
            "POST",
            f"vendor/licenses/{quoted(license_id)}/replace-key/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def load_keys(
        self,
        edition_id: str,
        *,
        keys: list[NewKey],
        also_elsewhere: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LoadedKeys:
        """Load registration keys into an edition's pool, all or none. Licenses that waited get theirs at once.
        Keys that are known already are counted, and left as they are. Needs `keys:write`.
        `also_elsewhere`: Take keys that another edition has, too.
        """
        answer = self._call(
            "POST",
            f"vendor/editions/{quoted(edition_id)}/keys/",
            bearer=self._key,
            body={
                "keys": keys,
                "also_elsewhere": also_elsewhere,
            },
            headers={"Idempotency-Key": idempotency_key},
        )
        told: LoadedKeys = answer.document
        return told

    def erase_customer(
        self,
        customer_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> ErasedCustomer:
        """Erase all that is held of a customer. Their orders and keys stay without them. It cannot be undone.
        Needs `customers:erase`.
        `reason`: Who asked, and how.
        """
        answer = self._call(
            "POST",
            f"vendor/customers/{quoted(customer_id)}/erase/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        told: ErasedCustomer = answer.document
        return told

    def approve_exchange(
        self,
        exchange_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Allow a move that a person decides. Needs `exchanges:write`.
        `reason`: Why; recorded.
        """
        answer = self._call(
            "POST",
            f"vendor/exchanges/{quoted(exchange_id)}/approve/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def decline_exchange(
        self,
        exchange_id: str,
        etag: str,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Decline it. The customer reads the reason in a mail. Needs `exchanges:write`.
        `reason`: Why; recorded.
        """
        answer = self._call(
            "POST",
            f"vendor/exchanges/{quoted(exchange_id)}/decline/",
            bearer=self._key,
            body={"reason": reason},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def ask_back_about_exchange(
        self,
        exchange_id: str,
        etag: str,
        *,
        text: str,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Ask the customer about it, by mail. Needs `exchanges:write`.
        `text`: What the customer reads in a mail, and can answer.
        """
        answer = self._call(
            "POST",
            f"vendor/exchanges/{quoted(exchange_id)}/ask/",
            bearer=self._key,
            body={"text": text},
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def undo_exchange(
        self,
        exchange_id: str,
        etag: str,
        *,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Take a move back, within its grace period. The old key serves again. Needs `exchanges:write`."""
        answer = self._call(
            "POST",
            f"vendor/exchanges/{quoted(exchange_id)}/undo/",
            bearer=self._key,
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def cancel_exchange(
        self,
        exchange_id: str,
        etag: str,
        *,
        idempotency_key: str | None = None,
    ) -> Tagged[VendorExchange]:
        """Give up a move that is still open. The license keeps its key. Needs `exchanges:write`."""
        answer = self._call(
            "POST",
            f"vendor/exchanges/{quoted(exchange_id)}/cancel/",
            bearer=self._key,
            headers={
                "Idempotency-Key": idempotency_key,
                "If-Match": etag,
            },
        )
        return Tagged(answer.document, answer.etag)

    def list_figures(
        self,
        *,
        since: str,
        until: str,
    ) -> Figures:
        """The figures of up to 31 days, as the console's first page counts them. Needs `figures:read`.
        `since`: The first day, in UTC.
        `until`: The last day; at most 31 of them.
        """
        answer = self._call(
            "GET",
            "vendor/figures/",
            bearer=self._key,
            query={
                "since": since,
                "until": until,
            },
        )
        told: Figures = answer.document
        return told

    def check_key(
        self,
        *,
        code: str,
        sku: str,
        idempotency_key: str | None = None,
    ) -> CheckedCode:
        """Whether a code counts. Answers nothing about whose it is. Only where the vendor has switched it on.
        `code`: The code, in any spelling that the edition forgives.
        `sku`: The edition's SKU, as your catalogue has it.
        """
        answer = self._call(
            "POST",
            "keys/check/",
            body={
                "code": code,
                "sku": sku,
            },
            headers={"Idempotency-Key": idempotency_key},
        )
        told: CheckedCode = answer.document
        return told
