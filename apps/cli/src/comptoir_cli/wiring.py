"""The one place that reaches the web shell, which a till does not install."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from comptoir_cli.language import gettext as _
from comptoir_cli.refusals import Refusal

if TYPE_CHECKING:
    import svcs

    from comptoir_web.freight.office import FreightOffice
    from comptoir_web.identity.service import IdentityService
    from comptoir_web.settings import Settings
    from comptoir_web.wealth.service import WealthService

__all__ = ["container", "freight", "identity", "settings", "wealth"]


def settings() -> Settings:
    """Read the settings of this installation from the environment.

    Raises:
        Refusal: The web shell is not installed.
        SettingsFaults: Every variable that is wrong.
    """
    try:
        from comptoir_web.settings import Settings
    except ImportError as error:
        text = _("This command needs the web shell: pip install 'comptoir-cli[web]'")
        raise Refusal(text) from error
    return Settings.from_environ()


@contextmanager
def container(current: Settings, *, up_to_date: bool = True) -> Iterator[svcs.Container]:
    """Open the services of the installation, and close them at the end.

    Args:
        current: The settings.
        up_to_date: Refuse a database whose tables are missing, older or newer than the code.

    Raises:
        StorageError: The database cannot be reached, or is not up to date.
    """
    import svcs
    from sqlalchemy import Engine

    from comptoir_web.storage import ALL_MIGRATIONS
    from comptoir_web.wiring import build_registry
    from shared_kernel.migrations import require_current

    registry = build_registry(current)
    with registry, svcs.Container(registry) as services:
        if up_to_date:
            require_current(services.get(Engine), ALL_MIGRATIONS)
        yield services


@contextmanager
def identity() -> Iterator[IdentityService]:
    """Open the service of accounts on an up-to-date database."""
    current = settings()
    from comptoir_web.identity.service import IdentityService

    with container(current) as services:
        yield services.get(IdentityService)


@contextmanager
def freight() -> Iterator[FreightOffice]:
    """Open group freight as an administrator runs it, on an up-to-date database."""
    current = settings()
    from comptoir_web.freight.office import FreightOffice

    with container(current) as services:
        yield services.get(FreightOffice)


@contextmanager
def wealth(email: str) -> Iterator[tuple[WealthService, str]]:
    """Open the service of wealth on an up-to-date database, with the id of a client.

    Args:
        email: The address of the client's account.

    Raises:
        Refusal: No client has that address.
    """
    current = settings()
    from comptoir_web.identity.roles import Role
    from comptoir_web.identity.service import IdentityService
    from comptoir_web.wealth.service import WealthService

    with container(current) as services:
        user = services.get(IdentityService).user_by_email(email)
        if user is None or user.role is not Role.CLIENT:
            text = _("No client has the address {email}: see comptoir users list --role client")
            raise Refusal(text.format(email=email))
        yield services.get(WealthService), user.id
