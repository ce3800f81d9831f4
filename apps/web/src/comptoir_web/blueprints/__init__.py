"""The pages, one folder a section: ``views`` (thin), ``forms``; templates carry the same names.

Map: ``site`` (public), ``auth`` (signing in), ``account`` (one's own), ``admin`` (accounts, audit
log), ``loans``, ``jobs``; a client's ``wealth`` and ``planning``; an adviser's ``clients`` and
``quotes``; a merchant's ``freight``, and ``freight_admin``, which alone shows costs and margins.

Who reaches a section stands beside its blueprint, in `comptoir_web.identity.roles` terms.
"""
