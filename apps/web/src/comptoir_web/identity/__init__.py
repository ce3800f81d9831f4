"""Who may come in, and what was done: the identity of the platform.

Map, from the ground up:

- ``errors`` (the tree), ``keys`` (derived keys, random tokens), ``roles`` (`Role`, the guards).
- ``users``, ``passwords``, ``sessions``, ``links``, ``limits``, ``audit``: one store or rule each.
- ``second_factor``: codes and recovery codes. ``letters``: the mails;
  ``mail_jobs`` sends them.
- ``service`` (`IdentityService`: accounts), ``sign_in`` (`SignInService`: sessions), ``tokens``
  (`TokenService`: the API): what pages and commands call. None of these needs Flask.
- ``access``: the visitor of a request, for Flask.
"""
