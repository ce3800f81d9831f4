"""The vendors, one module each. Needs the extra ``payments``.

The map::

    orange_money   payments on Orange's own page, by Orange Money Web Payment
    orange_sms     text messages, by Orange SMS

The first is a `logistics_core.payments.PaymentProvider`, the second one a `SmsSender`. Neither
waits for longer than its limits allow, reads more than it was told, follows Orange elsewhere, or
tells in an error what was sent.
"""

from __future__ import annotations

from shared_kernel.errors import ExtraMissing

try:
    import httpx  # noqa: F401  # the extra brings both: asked for here, to say which extra
    import stamina  # noqa: F401  # the same
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-logistics", "payments") from error

from logistics_core.adapters.orange_money import OrangeMoney
from logistics_core.adapters.orange_sms import OrangeSms
from shared_kernel.vendors import Limits

__all__ = ["Limits", "OrangeMoney", "OrangeSms"]
