"""The provider of mobile money that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptoir_web.settings import Settings
    from logistics_core.payments import PaymentProvider

__all__ = ["provider_for"]


def provider_for(settings: Settings) -> PaymentProvider | None:
    """Orange Money when it has a merchant key; None: mobile money is not offered."""
    if not settings.takes_orange_money:
        return None
    from logistics_core.adapters.orange_money import OrangeMoney

    return OrangeMoney(
        client_id=settings.orange_client_id,
        client_secret=settings.orange_client_secret.value,
        merchant_key=settings.orange_merchant_key.value,
        country=settings.orange_country,
        currency=settings.orange_currency,
        base_url=settings.orange_base_url,
    )
