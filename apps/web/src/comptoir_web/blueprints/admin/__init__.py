"""Administration: the accounts and the audit log (``views``, ``forms``, ``words``)."""
