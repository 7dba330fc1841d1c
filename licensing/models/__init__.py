"""The record of who owns which key."""

from licensing.models.audit import AuditEntry, AuditLink, AuditPending
from licensing.models.catalog import Edition, KeySource, Mapping, MappingItem, Platform, Product, Store
from licensing.models.connections import Connection, EventState, HookEvent, KeyAsk, KeyAskState
from licensing.models.customers import Customer, EmailAddress, with_addresses
from licensing.models.holds import Hold
from licensing.models.intake import (
    Case,
    CaseKind,
    ColumnMap,
    ImportPart,
    ImportRow,
    ImportRun,
    ImportState,
    RowOutcome,
)
from licensing.models.keys import KeyAssignment, KeyState, RegistrationKey
from licensing.models.orders import KeyOrder, OrderState
from licensing.models.outgoing import Delivery, DeliveryState, Endpoint, WhyOff
from licensing.models.privacy import Tombstone
from licensing.models.retired import RetiredCode, RetiredList
from licensing.models.sales import (
    License,
    Purchase,
    PurchaseDispute,
    PurchaseLine,
    PurchaseReference,
    PurchaseRefund,
    PurchaseState,
)
from licensing.models.signing import SigningKey, SigningPurpose
from licensing.models.stored import StoredKey
from licensing.models.support import CodeReveal, CustomerNote, RefundMark, RevealReason

__all__ = [
    "AuditEntry",
    "AuditLink",
    "AuditPending",
    "Case",
    "CaseKind",
    "CodeReveal",
    "ColumnMap",
    "Connection",
    "Customer",
    "CustomerNote",
    "Delivery",
    "DeliveryState",
    "Edition",
    "EmailAddress",
    "Endpoint",
    "EventState",
    "Hold",
    "HookEvent",
    "ImportPart",
    "ImportRow",
    "ImportRun",
    "ImportState",
    "KeyAsk",
    "KeyAskState",
    "KeyAssignment",
    "KeyOrder",
    "KeySource",
    "KeyState",
    "License",
    "Mapping",
    "MappingItem",
    "OrderState",
    "Platform",
    "Product",
    "Purchase",
    "PurchaseDispute",
    "PurchaseLine",
    "PurchaseReference",
    "PurchaseRefund",
    "PurchaseState",
    "RefundMark",
    "RegistrationKey",
    "RetiredCode",
    "RetiredList",
    "RevealReason",
    "RowOutcome",
    "SigningKey",
    "SigningPurpose",
    "Store",
    "StoredKey",
    "Tombstone",
    "WhyOff",
    "with_addresses",
]
