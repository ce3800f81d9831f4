"""Signing in and out, by password (``views``) or by phone (``phone``).

``views`` has the code of the second factor and the forgotten password too; ``forms`` and
``answers`` serve both.
"""
