"""One's own account: password and sessions (``views``), second factor (``enrolment``).

``forms`` and ``words`` serve both.
"""
