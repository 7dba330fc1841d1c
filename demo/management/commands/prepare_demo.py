import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from demo.data import buyers_to_try, prepare
from demo.envfile import PASSWORD


class Command(BaseCommand):
    help = "Bring the demo's database to where it can start; prints the addresses of some buyers to try."
    requires_system_checks = []  # the tests run them; a start need not

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sales", type=Path)

    def handle(self, *args: Any, **options: Any) -> str:
        """Standard output carries the answer only, so what the imports print goes to standard error."""
        prepare(sales=options["sales"], password=os.environ[PASSWORD], said_to=sys.stderr)
        return "\n".join(buyers_to_try())
