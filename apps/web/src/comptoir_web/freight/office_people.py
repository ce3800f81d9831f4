"""Merchants, their wallets and the catalogue of suppliers as administrators keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comptoir_web.freight.merchants import check_merchant, read_merchant, read_merchants
from comptoir_web.freight.office_base import Office
from comptoir_web.freight.office_values import SavedSupplierPage
from comptoir_web.freight.reading import COMMAND_LINE, key_of
from logistics_core.storage.catalogue import SupplierStore
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.wallets import WalletStore
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import Merchant, MerchantPage
    from logistics_core.merchants import MerchantTerms
    from logistics_core.storage.catalogue import SavedSupplier
    from logistics_core.suppliers import Supplier
    from logistics_core.wallets import Movement
    from shared_kernel import Money

__all__ = ["PeopleOffice"]


class PeopleOffice(Office):
    """The merchants and the suppliers of an installation."""

    __slots__ = ()

    def merchants(self, *, search: str = "", number: int = 1, per_page: int = 25) -> MerchantPage:
        """A page of the merchants' accounts, by name."""
        with reading(self.engine) as connection:
            return read_merchants(
                connection, search=search, number=number, per_page=per_page, at=self.clock()
            )

    def merchant(self, owner: str) -> Merchant:
        """One of them; `UnknownUser` when this is not the account of a merchant."""
        with reading(self.engine) as connection:
            return read_merchant(connection, owner, at=self.clock())

    def movements(self, owner: str, *, number: int = 1, per_page: int = 20) -> tuple[Movement, ...]:
        """A page of the movements of a merchant's wallet, the newest first."""
        with reading(self.engine) as connection:
            return WalletStore(connection).movements(owner, number=number, per_page=per_page)

    def save_terms(self, terms: MerchantTerms, *, version: int, actor: str | None) -> MerchantTerms:
        """Keep what was agreed with a merchant, from the version that was read (0 at first).

        Raises:
            StaleVersion: Someone saved meanwhile; nothing was written.
            UnknownUser: This is not the account of a merchant.
        """
        with transaction(self.engine) as connection:
            check_merchant(connection, terms.owner)
            return MerchantStore(connection).save(
                terms, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )

    def withdraw(
        self, owner: str, amount: Money, *, key: str, actor: str | None, reference: str = ""
    ) -> Movement:
        """Pay a merchant out of the wallet; the same key pays once.

        Raises:
            NotEnough: The wallet does not hold that much.
            KeyReused: The key served for something else.
            UnknownUser: This is not the account of a merchant.
        """
        with transaction(self.engine) as connection:
            check_merchant(connection, owner)
            return WalletStore(connection).withdraw(
                owner,
                amount,
                key=key_of("withdrawal", owner, key),
                at=self.clock(),
                actor=actor or COMMAND_LINE,
                reference=reference,
            )

    def deposit(
        self, owner: str, amount: Money, *, key: str, actor: str | None, reference: str = ""
    ) -> Movement:
        """Credit a merchant's wallet with money received otherwise; errors as for `withdraw`."""
        with transaction(self.engine) as connection:
            check_merchant(connection, owner)
            return WalletStore(connection).deposit(
                owner,
                amount,
                key=key_of("deposit", owner, key),
                at=self.clock(),
                actor=actor or COMMAND_LINE,
                reference=reference,
            )

    # -- suppliers ----------------------------------------------------------------------------

    def suppliers(
        self,
        *,
        search: str = "",
        listed: bool | None = None,
        number: int = 1,
        per_page: int = 25,
    ) -> SavedSupplierPage:
        """A page of the catalogue, those that are not listed too."""
        with reading(self.engine) as connection:
            page = SupplierStore(connection).page(
                search=search, listed=listed, number=number, per_page=per_page
            )
        return SavedSupplierPage(
            suppliers=page.suppliers, number=page.number, per_page=per_page, total=page.total
        )

    def supplier(self, supplier_id: str) -> SavedSupplier:
        """One of them; `SupplierMissing` when there is none."""
        with reading(self.engine) as connection:
            return SupplierStore(connection).get(supplier_id)

    def save_supplier(
        self, supplier: Supplier, *, version: int, actor: str | None
    ) -> SavedSupplier:
        """Keep a supplier, from the version that was read (0 at first); `StaleVersion`."""
        with transaction(self.engine) as connection:
            return SupplierStore(connection).save(
                supplier, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )

    def remove_supplier(self, supplier_id: str, *, actor: str | None) -> None:
        """Take a supplier out of the catalogue; `SupplierMissing` when there is none."""
        del actor  # the catalogue keeps no history
        with transaction(self.engine) as connection:
            SupplierStore(connection).remove(supplier_id)
