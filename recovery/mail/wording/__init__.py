"""The words of mails, as support may change them: a tiny markup, what each mail may say in it, and what is in use."""
