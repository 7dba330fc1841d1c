"""The mailbox's addresses."""

from django.urls import path, register_converter

from demo import vendor, views


class MailName:
    """A file name as the mailbox makes them, without its ending: no path can hide in it."""

    regex = r"[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[0-9a-f]{8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MailName, "mail_name")

app_name = "demo"
urlpatterns = [
    path("vendor/", vendor.page, name="vendor"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/newest/", views.newest_name, name="newest"),
    path("mailbox/<mail_name:name>/", views.one_mail, name="mail"),
    path("mailbox/<mail_name:name>/text/", views.mail_as_text, name="text"),
    path("mailbox/<mail_name:name>/html/", views.mail_html, name="html"),
    path("mailbox/<mail_name:name>/source/", views.mail_source, name="source"),
    path("mailbox/<mail_name:name>/files/<int:number>/", views.mail_file, name="file"),
]
