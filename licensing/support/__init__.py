"""What support does to what is on file: each a call that names who did it, and is recorded."""
