"""From the variables to `Settings`, every fault at once."""

from __future__ import annotations

from collections.abc import Mapping

from comptoir_web.errors import SettingsFaults
from comptoir_web.settings.checking import Checker
from comptoir_web.settings.environment import QUOTE_SOURCES, SECTIONS, Environment
from comptoir_web.settings.messages import check_mail, checked_orange, checked_region
from comptoir_web.settings.serving import (
    check_addresses,
    check_rate,
    checked_hosts,
    checked_proxies,
    checked_public_url,
    checked_secret,
)
from comptoir_web.settings.values import Mode, Secret, Settings

__all__ = ["checked"]

MOST_REFRESH_MINUTES = 24 * 60
MOST_SMS_A_DAY = 1_000_000
MOST_LITRES = 76_000
"""A whole container of forty feet."""


def checked(raw: Environment, origins: Mapping[str, str]) -> Settings:
    """The settings that the variables say.

    Raises:
        SettingsFaults: everything that is wrong with them.
    """
    check = Checker(origins)
    env = check.choice("env", raw.env.lower(), tuple(Mode))
    mode = Mode.DEVELOPMENT if env == Mode.DEVELOPMENT else Mode.PRODUCTION
    development = mode is Mode.DEVELOPMENT
    check_addresses(check, raw)
    check_mail(check, raw)
    check_rate(check, raw)
    hosts = checked_hosts(check, raw, development=development)
    orange = checked_orange(check, raw, development=development)
    settings = Settings(
        mode=mode,
        database_url=Secret(raw.database_url),
        secret_key=checked_secret(check, raw, development=development),
        allowed_hosts=hosts,
        public_url=checked_public_url(check, raw, hosts, development=development),
        require_admin_2fa=check.truth("require_admin_2fa", raw.require_admin_2fa),
        trusted_proxies=checked_proxies(check, raw),
        broker_url=Secret(raw.broker_url),
        smtp_host=raw.smtp_host,
        smtp_port=check.number("smtp_port", raw.smtp_port, 1, 65535),
        smtp_user=raw.smtp_user,
        smtp_password=Secret(raw.smtp_password),
        smtp_security=check.choice(
            "smtp_security", raw.smtp_security.lower(), ("starttls", "tls", "none")
        ),
        mail_from=raw.mail_from,
        files=raw.files,
        s3_endpoint_url=raw.s3_endpoint_url,
        metrics_token=Secret(raw.metrics_token),
        sections=_chosen(check, "sections", raw.sections, SECTIONS),
        business_name=raw.business_name,
        sentry_dsn=Secret(raw.sentry_dsn),
        locale=check.choice("locale", raw.locale.lower(), ("fr", "en")),
        max_body_bytes=check.number("max_body_bytes", raw.max_body_bytes, 10_000, 1_000_000_000),
        rate_limit=raw.rate_limit,
        rate_storage=Secret(raw.rate_storage),
        quote_sources=_quote_sources(check, raw, development=development),
        quotes_refresh_minutes=check.number(
            "quotes_refresh_minutes", raw.quotes_refresh_minutes, 0, MOST_REFRESH_MINUTES
        ),
        phone_region=checked_region(check, raw),
        merchant_sign_up=check.truth("merchant_sign_up", raw.merchant_sign_up),
        sms=check.choice("sms", raw.sms.lower(), ("console", "orange")),
        sms_a_day=check.number("sms_a_day", raw.sms_a_day, 1, MOST_SMS_A_DAY),
        orange_client_id=raw.orange_client_id,
        orange_client_secret=Secret(raw.orange_client_secret),
        orange_merchant_key=Secret(raw.orange_merchant_key),
        orange_country=orange.country,
        orange_currency=orange.currency,
        orange_sms_sender=orange.sms_sender,
        orange_base_url=orange.base_url,
        smallest_booking_litres=check.number(
            "smallest_booking_litres", raw.smallest_booking_litres, 1, MOST_LITRES
        ),
        origins=origins,
    )
    check.faults.raise_if_any(SettingsFaults)
    return settings


def _quote_sources(check: Checker, raw: Environment, *, development: bool) -> tuple[str, ...]:
    asked = raw.quote_sources
    if development and "COMPTOIR_QUOTE_SOURCES" not in check.origins:
        asked = ""  # a machine of development reaches nobody unless it is told to
    return tuple(dict.fromkeys(_chosen(check, "quote_sources", asked, QUOTE_SOURCES)))


def _chosen(check: Checker, name: str, value: str, accepted: tuple[str, ...]) -> tuple[str, ...]:
    parts = (part.strip().lower() for part in value.split(","))
    return tuple(check.choice(name, part, accepted) for part in parts if part)
