"""The addresses of signing in. Some names are allauth's, which leads to them by name; its other pages are not here."""

from django.urls import path, re_path

from config.staff.views import entrance, factors, invited, own, people, prove
from config.staff.views.people import DEEDS

urlpatterns = [
    path("login/", entrance.SignIn.as_view(), name="account_login"),
    path("login/second-step/", entrance.SecondStep.as_view(), name="mfa_authenticate"),
    path("login/passkey/", entrance.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("logout/", entrance.sign_out, name="account_logout"),
    path("invitation/", invited.welcome, name="staff_welcome"),
    path("invitation/<str:token>/", invited.invited, name="staff_invited"),
    path("prove/", prove.Prove.as_view(), name="staff_prove"),
    path("you/", own.Own.as_view(), name="mfa_index"),
    path("you/app/", factors.add_app, name="mfa_activate_totp"),
    path("you/app/remove/", factors.remove_app, name="mfa_deactivate_totp"),
    path("you/passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("you/passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("you/recovery-codes/", own.codes, name="mfa_view_recovery_codes"),
    path("you/recovery-codes/new/", own.new_codes, name="mfa_generate_recovery_codes"),
    path("you/recovery-codes/download/", own.download_codes, name="mfa_download_recovery_codes"),
    path("you/sessions/<int:pk>/end/", own.end_session, name="staff_end_session"),
    path("you/sessions/end-others/", own.end_other_sessions, name="staff_end_other_sessions"),
    path("password_change/", own.change_password, name="account_change_password"),
    path("people/", people.people, name="staff_people"),
    path("people/add/", people.add_person, name="staff_add_person"),
    path("people/<int:pk>/", people.person, name="staff_person"),
    re_path(f"^people/(?P<pk>[0-9]+)/(?P<deed>{'|'.join(DEEDS)})/$", people.act, name="staff_act"),
]
