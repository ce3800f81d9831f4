"""`Settings`: what the rest of the shell reads of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

import environ
from attrs import field, frozen

from comptoir_web.settings.environment import (
    SECTIONS,
    Environment,
    variables,
    without_aliases,
)

__all__ = ["DEVELOPMENT_SECRET", "Mode", "Network", "Secret", "Setting", "Settings"]

Network = IPv4Network | IPv6Network

DEVELOPMENT_SECRET = "development-only-not-a-secret-key"  # noqa: S105 # nosec B105
"""The secret key of development, public by design and refused anywhere else."""


class Mode(StrEnum):
    """Where the shell runs: development is lenient, production is not."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@frozen(repr=False)
class Secret:
    """A string that never shows itself: ``repr`` and ``str`` say only whether it is set.

    >>> Secret("hunter2")
    Secret(set)
    >>> f"{Secret('hunter2')}"
    'Secret(set)'
    """

    value: str = ""

    def __repr__(self) -> str:
        return f"Secret({'set' if self.value else 'not set'})"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self.value)


@frozen
class Setting:
    """One line of `Settings.describe`: a variable, what is shown of it, and where it comes from."""

    name: str
    shown: str
    origin: str
    help: str


@frozen(kw_only=True)
class Settings:
    """The checked settings of one installation; secrets are hidden from ``repr``.

    >>> settings = Settings.from_environ({"COMPTOIR_ENV": "development"})
    >>> settings.development, settings.locale
    (True, 'fr')
    """

    mode: Mode = Mode.DEVELOPMENT
    database_url: Secret = Secret("sqlite:///var/comptoir.db")
    secret_key: Secret = Secret(DEVELOPMENT_SECRET)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    public_url: str = "http://127.0.0.1:8000"
    require_admin_2fa: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    broker_url: Secret = Secret()
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: Secret = Secret()
    smtp_security: str = "starttls"
    mail_from: str = "comptoir@localhost"
    files: str = "var/files"
    s3_endpoint_url: str = ""
    metrics_token: Secret = Secret()
    sections: tuple[str, ...] = SECTIONS
    business_name: str = "Comptoir"
    sentry_dsn: Secret = Secret()
    locale: str = "fr"
    max_body_bytes: int = 1_000_000
    rate_limit: str = "600 per minute"
    rate_storage: Secret = Secret("memory://")
    quote_sources: tuple[str, ...] = ()
    quotes_refresh_minutes: int = 60
    phone_region: str = "GN"
    merchant_sign_up: bool = True
    sms: str = "console"
    sms_a_day: int = 1_000
    orange_client_id: str = ""
    orange_client_secret: Secret = Secret()
    orange_merchant_key: Secret = Secret()
    orange_country: str = "dev"
    orange_currency: str = "OUV"
    orange_sms_sender: str = ""
    orange_base_url: str = "https://api.orange.com"
    smallest_booking_litres: int = 500
    origins: Mapping[str, str] = field(factory=dict, repr=False, eq=False)

    @property
    def development(self) -> bool:
        """Whether the lenient rules of development apply."""
        return self.mode is Mode.DEVELOPMENT

    @property
    def reaches_phones(self) -> bool:
        """Whether a text message reaches somebody: a phone, or the console of development."""
        return self.development or self.sms != "console"

    @property
    def signs_up_merchants(self) -> bool:
        """Whether an unknown phone that proves itself gets an account: where freight is sold."""
        return self.merchant_sign_up and "freight" in self.sections

    @property
    def takes_orange_money(self) -> bool:
        """Whether payments by Orange Money are offered."""
        return bool(self.orange_merchant_key)

    @classmethod
    def from_environ(cls, environ_: Mapping[str, str] | None = None) -> Settings:
        """Read and check the whole environment (`os.environ` by default).

        Raises:
            SettingsFaults: with every fault at once; a path is a variable's name, and no message
                repeats the value of a secret.
        """
        from comptoir_web.settings.reading import checked  # imported late: it makes this class

        given = os.environ if environ_ is None else environ_
        canonical, origins = without_aliases(given)
        return checked(environ.to_config(Environment, environ=canonical), origins)

    def describe(self) -> tuple[Setting, ...]:
        """Every variable with what may be shown of it: a secret says only whether it is set."""
        lines = []
        for name, help_ in variables():
            value = getattr(self, "mode" if name == "env" else name)
            variable = f"COMPTOIR_{name.upper()}"
            origin = self.origins.get(variable, "default")
            lines.append(Setting(variable, _shown(name, value), origin, help_))
        return tuple(lines)


def _shown(name: str, value: object) -> str:
    if isinstance(value, Secret):
        if name == "database_url":
            return _without_password(value.value)
        return "***" if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.username}:***@{host}{port}{parts.path}"
