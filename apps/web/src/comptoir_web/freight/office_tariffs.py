"""Tariffs as administrators publish them: the terms, the rates of exchange, what they change."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve

from comptoir_web.freight.office_base import Office, check_seen
from comptoir_web.freight.office_values import TariffPreview
from comptoir_web.freight.reading import COMMAND_LINE, key_of, tariff_at
from comptoir_web.freight.requests import note_request, requested
from logistics_core.errors import TariffOverlap
from logistics_core.storage.events import SubjectKind
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.tariffs import TariffStore
from logistics_core.tariffs import effects, quote
from shared_kernel import from_minor
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from logistics_core.storage.tariffs import PublishedTariff
    from logistics_core.tariffs import Purchase, Quote, Tariff

__all__ = ["TariffOffice"]


class TariffOffice(Office):
    """The tariffs of an installation, and quotes with their margins."""

    __slots__ = ()

    def tariffs(self) -> tuple[PublishedTariff, ...]:
        """Every tariff ever published, the newest first."""
        with reading(self.engine) as connection:
            return TariffStore(connection).all()

    def tariff(self, version: int) -> PublishedTariff:
        """One of them; `TariffMissing` when there is none of that version."""
        with reading(self.engine) as connection:
            return TariffStore(connection).version(version)

    def current_tariff(self) -> PublishedTariff | None:
        """The one in force; None when nothing can be quoted."""
        with reading(self.engine) as connection:
            return tariff_at(connection, self.clock())

    def publish(
        self,
        tariff: Tariff,
        *,
        actor: str | None,
        note: str = "",
        request_id: str | None = None,
        version: int | None = None,
    ) -> Tariff:
        """Publish a tariff; the one it follows ends where it begins. Quotes made stay as they are.

        Args:
            tariff: What to publish.
            actor: Who does it.
            note: Why.
            request_id: Sent again under the same one, it is the tariff published first.
            version: Of the last tariff there was when this was decided; None: whichever it is.

        Raises:
            StaleVersion: Another one was published since that version; nothing is done.
            TariffFaults: It begins in the past.
            TariffOverlap: Its dates meet those of another.
        """
        at, who = self.clock(), actor or COMMAND_LINE
        key = None if request_id is None else key_of("tariff", who, request_id)
        kind = SubjectKind.TARIFF
        with transaction(self.engine) as connection:
            store = TariffStore(connection)
            if key is None:
                published = store.publish(tariff, at=at, actor=who, note=note)
                check_seen(published.version, version)
                return published
            attempt = connection.begin_nested()
            try:
                published = store.publish(tariff, at=at, actor=who, note=note)
                refused = None
            except TariffOverlap as error:
                published, refused = tariff, error
            # One publishes at a time: whoever was quicker with this request has committed.
            made = requested(connection, kind, key)
            if made is None and refused is None:
                check_seen(published.version, version)
                subject = str(published.version)
                note_request(connection, kind, subject, key, at=at, actor=who)
                attempt.commit()
                return published
            attempt.rollback()
            if made is None and refused is not None:
                raise refused
            return store.version(int(made or 0)).tariff

    def publish_rate(
        self,
        rate: Decimal,
        *,
        real_rate: Decimal | None,
        effective_from: datetime | None,
        actor: str | None,
        note: str = "",
        version: int | None = None,
    ) -> Tariff:
        """Publish the tariff in force on a day again, with other rates of exchange.

        They hold until that tariff ends: where another one is to follow it, it still does.

        Args:
            rate: What is charged for one unit of the goods' currency.
            real_rate: What it costs; None: the same.
            effective_from: None: now.
            actor: Who does it.
            note: Why.
            version: As for `publish`.

        Raises:
            TariffMissing: None is in force then.
            StaleVersion, TariffFaults, TariffOverlap: As for `publish`.
        """
        at = self.clock()
        since = effective_from or at
        with transaction(self.engine) as connection:
            store = TariffStore(connection)
            follows = evolve(
                store.in_force(since),
                version=0,
                effective_from=since,
                rate=rate,
                real_rate=real_rate,
            )
            published = store.publish(follows, at=at, actor=actor or COMMAND_LINE, note=note)
            check_seen(published.version, version)
            return published

    def ends_by_itself(self, since: datetime) -> datetime | None:
        """When a tariff that begins then and names no end has to end; None: it holds on.

        It is where the tariff ends whose place it takes, or where the next one begins.
        """
        kept = [one.tariff for one in self.tariffs()]
        replaced = next((one for one in kept if one.in_force(since)), None)
        if replaced is not None:
            return replaced.effective_until
        return min((one.effective_from for one in kept if one.effective_from > since), default=None)

    def preview(self, tariff: Tariff) -> TariffPreview:
        """What a tariff would do to the quotes that are open; nothing is kept."""
        at = self.clock()
        with reading(self.engine) as connection:
            quotes = OrderStore(connection).open_quotes(at)
            current = tariff_at(connection, at)
        orders = {each.order.id: each.order for each in quotes}
        found = effects(
            ((each.id, each.purchase, each.quote, each.commission) for each in orders.values()),
            tariff,
            at=at,
        )
        nothing = from_minor(0, tariff.currency)
        told = [each for each in found if each.margin_before is not None]
        return TariffPreview(
            effects=found,
            orders=orders,
            before=sum((each.before for each in told), start=nothing),
            after=sum((each.after for each in told if each.after), start=nothing),
            margin_before=sum((each.margin_before or nothing for each in told), start=nothing),
            margin_after=sum((each.margin_after or nothing for each in told), start=nothing),
            current=current,
        )

    def quote_internal(
        self,
        purchase: Purchase,
        *,
        owner: str | None = None,
        commission: Decimal | None = None,
    ) -> Quote:
        """A quote with its costs and margins; nothing is kept.

        Args:
            purchase: What is bought.
            owner: Whose agreed commission counts; None: the tariff's.
            commission: In place of either.

        Raises:
            PurchaseFaults: The purchase cannot be quoted.
            TariffMissing: No tariff is in force.
        """
        at = self.clock()
        with reading(self.engine) as connection:
            tariff = TariffStore(connection).in_force(at)
            if commission is None and owner is not None:
                commission = MerchantStore(connection).terms(owner).commission
        return quote(purchase, tariff, at=at, commission=commission)
