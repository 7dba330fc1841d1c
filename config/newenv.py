"""Prints a complete environment file with fresh secrets: `python -m config.newenv > .env`."""

import base64
import os
import secrets
import sys

TEMPLATE = """\
# License Recovery. Keep this file readable by the service only (chmod 600), and keep a copy of the two key
# lines apart from the database's backups: without them the stored registration codes cannot be read.
MODE=server
SECRET_KEY={secret}
ENCRYPTION_KEYS=k1:{encryption}
FINGERPRINT_KEYS=a:{fingerprint}
PUBLIC_URL=https://recover.example.com
DATABASE_URL=postgres://recovery:password@127.0.0.1:5432/recovery
REDIS_URL=redis://127.0.0.1:6379/0
SMTP_URL=smtp://user:password@mail.example.com:587?tls=starttls
MAIL_FROM=keys@example.com
SUPPORT_EMAIL=support@example.com
VENDOR_NAME=Example Video Tools
TRUSTED_PROXIES=1
"""


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def new_environment() -> str:
    return TEMPLATE.format(secret=secrets.token_urlsafe(48), encryption=new_key(), fingerprint=new_key())


if __name__ == "__main__":
    sys.stdout.write(new_environment())
