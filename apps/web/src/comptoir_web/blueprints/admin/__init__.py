"""Administration: the accounts and the audit log."""
