"""The work of group freight in the background: payments asked about, merchants told.

Each is safe to interrupt and to run twice: what is credited is credited once, and a message is one
job of its own, sent again only if its worker was killed between the sending and its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from comptoir_web.freight.letters import MESSAGE, Told, message_mail, message_text
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.errors import UnknownUser
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.errors import JobUnavailable
from comptoir_web.jobs.registry import job
from comptoir_web.jobs.schedule import every
from comptoir_web.mail import Mailer, MailError
from comptoir_web.settings import Settings
from logistics_core.errors import OrderMissing, SmsFailed
from logistics_core.payments import SmsSender
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.wallets import MovementKind
from shared_kernel.engine import reading

if TYPE_CHECKING:
    from comptoir_web.jobs.context import JobContext
    from logistics_core.storage.orders import Order
    from shared_kernel import Money

__all__ = ["PAYMENTS", "poll_payments", "send_message"]

PAYMENTS: Final = "freight.payments"
EVERY: Final = timedelta(minutes=5)

Arguments = Mapping[str, object]


@job(PAYMENTS)
def poll_payments(context: JobContext, _arguments: Arguments) -> Arguments:
    """Ask the provider about the payments that nothing was heard of."""
    polled = context.service(FreightPayments).poll_unsettled()
    return {
        "asked": polled.asked,
        "credited": polled.credited,
        "ended": polled.ended,
        "silent": polled.silent,
    }


@job(MESSAGE)
def send_message(context: JobContext, arguments: Arguments) -> Arguments:
    """Tell a merchant of an order; one who left or cannot sign in is not written to."""
    told = Told(str(arguments["told"]))
    try:
        user = context.service(IdentityService).user(str(arguments["user"]))
        with reading(context.engine) as connection:
            order = OrderStore(connection).get(str(arguments["order"]), owner=user.id)
            refund = _refunded(WalletStore(connection), order)
    except (UnknownUser, OrderMissing):
        return {}
    if not user.active:
        return {}
    settings = context.service(Settings)
    locale = user.locale or settings.locale
    text = message_text(told, order, refund or None, business=settings.business_name, locale=locale)
    try:
        if user.phone and settings.reaches_phones:
            context.services.get_abstract(SmsSender).send(user.phone, text)
            return {"by": "sms"}
        mail = message_mail(user, order, text, business=settings.business_name, locale=locale)
        if mail is None:
            return {}
        context.services.get_abstract(Mailer).send(mail)
    except (SmsFailed, MailError) as error:
        raise JobUnavailable(str(error)) from error
    return {"by": "mail"}


def _refunded(wallets: WalletStore, order: Order) -> Money:
    """What came back of what was paid for an order."""
    return sum(
        (
            each.amount
            for each in wallets.order_movements(order.id)
            if each.kind is MovementKind.REFUND
        ),
        start=0 * order.quote.total,
    )


def _polling(settings: Settings) -> timedelta | None:
    return EVERY if settings.takes_orange_money else None


every(PAYMENTS, _polling, section="freight")
