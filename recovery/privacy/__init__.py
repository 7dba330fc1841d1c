"""What requests, mails and moves hold of a person."""
