"""What the vendor says once and corrects now and then, as files: the catalogue, and what shops' products mean in it."""
