"""The program that `bench.morning` runs inside Django. Importing this package sets Django up."""

import django

django.setup()
