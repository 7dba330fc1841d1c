from django.urls import path

from recovery.api.vendor import change_views as change
from recovery.api.vendor import move_views as move
from recovery.api.vendor import read_views as read
from recovery.api.vendor.own import OwnKey

urlpatterns = [
    path("key/", OwnKey.as_view(), name="vendor-key"),
    path("purchases/", change.AllPurchases.as_view(), name="vendor-purchases"),
    path("purchases/<uuid:purchase_id>/", read.OnePurchase.as_view(), name="vendor-purchase"),
    path("licenses/", read.Licenses.as_view(), name="vendor-licenses"),
    path("licenses/<uuid:license_id>/", read.OneLicense.as_view(), name="vendor-license"),
    path("editions/", read.Editions.as_view(), name="vendor-editions"),
    path("editions/<uuid:edition_id>/", read.OneEdition.as_view(), name="vendor-edition"),
    path("customers/", read.Customers.as_view(), name="vendor-customers"),
    path("customers/<uuid:customer_id>/", read.OneCustomer.as_view(), name="vendor-customer"),
    path("exchanges/", move.AllExchanges.as_view(), name="vendor-exchanges"),
    path("exchanges/<uuid:exchange_id>/", read.OneExchange.as_view(), name="vendor-exchange"),
    path("messages/", read.Messages.as_view(), name="vendor-messages"),
    path("messages/<uuid:message_id>/", read.OneMessage.as_view(), name="vendor-message"),
    path("events/", read.Events.as_view(), name="vendor-events"),
    path("events/<uuid:event_id>/", read.OneEvent.as_view(), name="vendor-event"),
    path("purchases/<uuid:purchase_id>/refund/", change.Refund.as_view(), name="vendor-refund"),
    path("purchases/<uuid:purchase_id>/refund/withdraw/", change.NoRefund.as_view(), name="vendor-no-refund"),
    path("licenses/<uuid:license_id>/revoke/", change.Revoking.as_view(), name="vendor-revoke"),
    path("licenses/<uuid:license_id>/restore/", change.Restoring.as_view(), name="vendor-restore"),
    path("licenses/<uuid:license_id>/replace-key/", move.Replacing.as_view(), name="vendor-replace-key"),
    path("editions/<uuid:edition_id>/keys/", change.NewKeys.as_view(), name="vendor-keys"),
    path("customers/<uuid:customer_id>/erase/", change.Erasure.as_view(), name="vendor-erase"),
    path("exchanges/<uuid:exchange_id>/approve/", move.Approving.as_view(), name="vendor-approve"),
    path("exchanges/<uuid:exchange_id>/decline/", move.Declining.as_view(), name="vendor-decline"),
    path("exchanges/<uuid:exchange_id>/ask/", move.AskingBack.as_view(), name="vendor-ask"),
    path("exchanges/<uuid:exchange_id>/undo/", move.Undoing.as_view(), name="vendor-undo"),
    path("exchanges/<uuid:exchange_id>/cancel/", move.Cancelling.as_view(), name="vendor-cancel"),
    path("figures/", read.Figures.as_view(), name="vendor-figures"),
]
