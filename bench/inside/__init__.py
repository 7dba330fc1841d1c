"""Programs of the bench that run inside Django, as a worker does. Importing this package sets Django up."""

import django

django.setup()
