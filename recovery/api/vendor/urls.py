from django.urls import path

from recovery.api.vendor import read_views as read
from recovery.api.vendor.own import OwnKey

urlpatterns = [
    path("key/", OwnKey.as_view(), name="vendor-key"),
    path("purchases/", read.Purchases.as_view(), name="vendor-purchases"),
    path("purchases/<uuid:purchase_id>/", read.OnePurchase.as_view(), name="vendor-purchase"),
    path("licenses/", read.Licenses.as_view(), name="vendor-licenses"),
    path("licenses/<uuid:license_id>/", read.OneLicense.as_view(), name="vendor-license"),
    path("editions/", read.Editions.as_view(), name="vendor-editions"),
    path("editions/<uuid:edition_id>/", read.OneEdition.as_view(), name="vendor-edition"),
    path("customers/", read.Customers.as_view(), name="vendor-customers"),
    path("customers/<uuid:customer_id>/", read.OneCustomer.as_view(), name="vendor-customer"),
    path("exchanges/", read.Exchanges.as_view(), name="vendor-exchanges"),
    path("exchanges/<uuid:exchange_id>/", read.OneExchange.as_view(), name="vendor-exchange"),
    path("messages/", read.Messages.as_view(), name="vendor-messages"),
    path("messages/<uuid:message_id>/", read.OneMessage.as_view(), name="vendor-message"),
    path("events/", read.Events.as_view(), name="vendor-events"),
    path("events/<uuid:event_id>/", read.OneEvent.as_view(), name="vendor-event"),
    path("figures/", read.Figures.as_view(), name="vendor-figures"),
]
