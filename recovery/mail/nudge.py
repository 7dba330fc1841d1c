"""Wakes a worker for the outbox after a commit. A nudge may be lost: beat's sweep finds whatever the outbox holds."""

from licensing.nudge import Nudger

nudge = Nudger("recovery.deliver_due").nudge
