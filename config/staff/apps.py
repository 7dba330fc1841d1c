from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_migrate


class StaffConfig(AppConfig):
    """Accounts of the console: invitations, second factors, sessions, roles."""

    name = "config.staff"
    label = "staff"
    verbose_name = "Staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.mfa import signals  # noqa: PLC0415 - its models come after the registry

        from config.staff import roles, signing  # noqa: PLC0415 - the same

        user_logged_in.connect(signing.signed_in, dispatch_uid="staff_signed_in")
        user_logged_out.connect(signing.signed_out, dispatch_uid="staff_signed_out")
        signals.authenticator_used.connect(signing.factor_used, dispatch_uid="staff_factor_used")
        user_login_failed.connect(signing.sign_in_failed, dispatch_uid="staff_sign_in_failed")
        for signal in (signals.authenticator_added, signals.authenticator_reset):
            signal.connect(signing.factor_added, dispatch_uid="staff_factor_added")
        signals.authenticator_removed.connect(signing.factor_removed, dispatch_uid="staff_factor_removed")
        post_migrate.connect(roles.make_roles, sender=self, dispatch_uid="staff_roles")
