"""Which scope each call of the vendor's systems needs, in one table. A call without a line fails the matrix test."""

from typing import Final

from recovery.models import Scope

ANY: Final = None
NEEDS: Final[dict[str, Scope | None]] = {
    "showKey": ANY,
    "listPurchases": Scope.PURCHASES_READ,
    "showPurchase": Scope.PURCHASES_READ,
    "listSoldLicenses": Scope.PURCHASES_READ,
    "showSoldLicense": Scope.PURCHASES_READ,
    "listEditions": ANY,
    "showEdition": ANY,
    "listCustomers": Scope.CUSTOMERS_READ,
    "showCustomer": Scope.CUSTOMERS_READ,
    "listExchanges": Scope.EXCHANGES_READ,
    "showExchange": Scope.EXCHANGES_READ,
    "listMessages": Scope.MESSAGES_READ,
    "showMessage": Scope.MESSAGES_READ,
    "listEvents": Scope.EVENTS_READ,
    "showEvent": Scope.EVENTS_READ,
    "listFigures": Scope.FIGURES_READ,
    "addPurchase": Scope.PURCHASES_WRITE,
    "markRefunded": Scope.PURCHASES_WRITE,
    "withdrawRefund": Scope.PURCHASES_WRITE,
    "revokeLicense": Scope.PURCHASES_WRITE,
    "restoreLicense": Scope.PURCHASES_WRITE,
    "loadKeys": Scope.KEYS_WRITE,
    "eraseCustomer": Scope.CUSTOMERS_ERASE,
    "moveForOwner": Scope.EXCHANGES_WRITE,
    "replaceLeakedKey": Scope.EXCHANGES_WRITE,
    "approveExchange": Scope.EXCHANGES_WRITE,
    "declineExchange": Scope.EXCHANGES_WRITE,
    "askBackAboutExchange": Scope.EXCHANGES_WRITE,
    "undoExchange": Scope.EXCHANGES_WRITE,
    "cancelExchange": Scope.EXCHANGES_WRITE,
}
