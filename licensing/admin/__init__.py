"""What the vendor sells and what customers own, in the console."""

from django.contrib.admin import AdminSite

from licensing.admin.catalog import EditionAdmin, MappingItemAdmin, StoreAdmin
from licensing.admin.connections import ConnectionAdmin
from licensing.admin.customers import CustomerAdmin, EmailAddressAdmin
from licensing.admin.deliveries import DeliveryAdmin
from licensing.admin.endpoints import EndpointAdmin
from licensing.admin.events import HookEventAdmin, KeyAskAdmin
from licensing.admin.holds import HoldAdmin
from licensing.admin.imports import ImportRunAdmin
from licensing.admin.intake import CaseAdmin, ImportRowAdmin
from licensing.admin.keys import KeyAssignmentAdmin, LicenseAdmin, RegistrationKeyAdmin
from licensing.admin.made import KeyOrderAdmin, SigningKeyAdmin
from licensing.admin.meaning_said import SayingMapping
from licensing.admin.privacy import TombstoneAdmin
from licensing.admin.products import ProductAdmin
from licensing.admin.retired import RetiredCodeAdmin, RetiredListAdmin
from licensing.admin.runs import ColumnMapAdmin, ImportPartAdmin
from licensing.admin.sales import (
    PurchaseAdmin,
    PurchaseDisputeAdmin,
    PurchaseLineAdmin,
    PurchaseReferenceAdmin,
    PurchaseRefundAdmin,
)
from licensing.admin.support import CodeRevealAdmin, CustomerNoteAdmin, RefundMarkAdmin
from licensing.models import (
    Case,
    CodeReveal,
    ColumnMap,
    Connection,
    Customer,
    CustomerNote,
    Delivery,
    Edition,
    EmailAddress,
    Endpoint,
    Hold,
    HookEvent,
    ImportPart,
    ImportRow,
    ImportRun,
    KeyAsk,
    KeyAssignment,
    KeyOrder,
    License,
    Mapping,
    MappingItem,
    Product,
    Purchase,
    PurchaseDispute,
    PurchaseLine,
    PurchaseReference,
    PurchaseRefund,
    RefundMark,
    RegistrationKey,
    RetiredCode,
    RetiredList,
    SigningKey,
    Store,
    Tombstone,
)

PAGES = (
    (Product, ProductAdmin),
    (Edition, EditionAdmin),
    (Store, StoreAdmin),
    (Connection, ConnectionAdmin),
    (HookEvent, HookEventAdmin),
    (KeyAsk, KeyAskAdmin),
    (Endpoint, EndpointAdmin),
    (Delivery, DeliveryAdmin),
    (Mapping, SayingMapping),
    (MappingItem, MappingItemAdmin),
    (Customer, CustomerAdmin),
    (EmailAddress, EmailAddressAdmin),
    (Purchase, PurchaseAdmin),
    (PurchaseLine, PurchaseLineAdmin),
    (PurchaseReference, PurchaseReferenceAdmin),
    (PurchaseRefund, PurchaseRefundAdmin),
    (PurchaseDispute, PurchaseDisputeAdmin),
    (CustomerNote, CustomerNoteAdmin),
    (RefundMark, RefundMarkAdmin),
    (CodeReveal, CodeRevealAdmin),
    (License, LicenseAdmin),
    (RegistrationKey, RegistrationKeyAdmin),
    (KeyAssignment, KeyAssignmentAdmin),
    (Case, CaseAdmin),
    (Hold, HoldAdmin),
    (ImportRun, ImportRunAdmin),
    (ImportRow, ImportRowAdmin),
    (ImportPart, ImportPartAdmin),
    (ColumnMap, ColumnMapAdmin),
    (KeyOrder, KeyOrderAdmin),
    (SigningKey, SigningKeyAdmin),
    (RetiredCode, RetiredCodeAdmin),
    (RetiredList, RetiredListAdmin),
    (Tombstone, TombstoneAdmin),
)


def register(site: AdminSite) -> None:
    """Puts every model of this app on the site."""
    for model, page in PAGES:
        site.register(model, page)
