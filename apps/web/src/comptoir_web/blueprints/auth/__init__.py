"""Signing in and out, the code of the second factor, a forgotten password."""
