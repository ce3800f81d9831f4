"""The pages, one folder a section: ``views`` (thin), ``forms``; templates carry the same names.

Who reaches a section stands beside its blueprint, in `comptoir_web.identity.roles` terms.
"""
