"""The record of who owns which key."""

from licensing.models.catalog import Edition, KeySource, Mapping, MappingItem, Platform, Product, Store
from licensing.models.customers import Customer, EmailAddress
from licensing.models.intake import Case, CaseKind, ImportRow, ImportRun, ImportState, RowOutcome
from licensing.models.keys import KeyAssignment, KeyState, RegistrationKey
from licensing.models.orders import KeyOrder, OrderState
from licensing.models.retired import RetiredCode, RetiredList
from licensing.models.sales import License, Purchase, PurchaseLine, PurchaseReference, PurchaseState
from licensing.models.signing import SigningKey, SigningPurpose

__all__ = [
    "Case",
    "CaseKind",
    "Customer",
    "Edition",
    "EmailAddress",
    "ImportRow",
    "ImportRun",
    "ImportState",
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
    "PurchaseLine",
    "PurchaseReference",
    "PurchaseState",
    "RegistrationKey",
    "RetiredCode",
    "RetiredList",
    "RowOutcome",
    "SigningKey",
    "SigningPurpose",
    "Store",
]
