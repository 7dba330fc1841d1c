"""The program that `bench.find` runs inside Django. Importing this package sets Django up."""

import django

django.setup()
