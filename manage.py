#!/usr/bin/env python
"""Django's command line for License Recovery."""

import gc
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # `migrate` makes each model's class hundreds of times over, and looked for garbage among them a third of its time.
    gc.set_threshold(100_000, 50, 100)
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:
        if not nobody_reads():
            raise
        sys.exit(1)


def nobody_reads() -> bool:
    """Whether whoever read what is printed has seen enough, as in `… | head -1`. Nothing more is printed then."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


if __name__ == "__main__":
    main()
