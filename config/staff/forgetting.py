"""What people of support wrote of a customer who is erased, where it waited for a second person."""

from config.staff.models import Approval, ApprovalState
from licensing.privacy.person import Person


def forget(person: Person) -> None:
    """Deeds about the customer are not done any more; what was typed for them goes, by whom it was asked stays."""
    for approval in Approval.objects.all():
        if is_about(approval, person):
            open_one = approval.state in (ApprovalState.WAITING, ApprovalState.GIVEN)
            approval.state = ApprovalState.LAPSED if open_one else approval.state
            approval.address, approval.fields, approval.reason, approval.note = "", [], "", ""
            approval.save(update_fields=["state", "address", "fields", "reason", "note"])


def is_about(approval: Approval, person: Person) -> bool:
    told = (approval.address, str(approval.fields), approval.reason, approval.note)
    return any(str(person.customer.pk) in text or person.is_told_of_in(text) for text in told)
