"""Who may come in, and what was done: the identity of the platform.

Map, from the ground up:

- ``errors`` (the tree), ``keys`` (derived keys, random tokens), ``roles`` (`Role`, the guards).
- ``users``, ``phones``, ``passwords``, ``sessions``, ``links``, ``limits``, ``audit``: one store or
  rule each. ``one_time_codes``: those sent to a phone; ``message_quota``: how many in a day.
  ``endings``: what ends with a right.
- ``second_factor``: codes and recovery codes. ``letters``: the mails and messages; ``mail_jobs``
  and ``sms_jobs`` send them.
- ``service`` (`IdentityService`: accounts), ``contacts`` (`ContactService`: their phones and
  names), ``sign_in`` (`SignInService`: sessions), ``phone_sign_in`` (`PhoneSignIn`: by a code sent
  to a phone), ``tokens`` (`TokenService`: the API): what pages and commands call. None of these
  needs Flask.
- ``access``: the visitor of a request, for Flask.
"""
