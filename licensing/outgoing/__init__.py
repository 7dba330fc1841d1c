"""What the vendor's own systems are told of: written with the deed, sent afterwards, signed."""
