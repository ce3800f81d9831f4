"""What the environment says: all faults at once, no secret shown, aliases understood."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir_web.errors import SettingsFaults
from comptoir_web.settings import DEVELOPMENT_SECRET, Mode, Secret, Settings

GOOD = {
    "COMPTOIR_SECRET_KEY": secrets.token_urlsafe(48),
    "COMPTOIR_ALLOWED_HOSTS": "example.com,www.example.com",
}


def codes(environ: dict[str, str]) -> dict[str, str]:
    """The faults of an environment: path to code."""
    with pytest.raises(SettingsFaults) as caught:
        Settings.from_environ(environ)
    return {fault.path: fault.code for fault in caught.value.faults}


def test_production_is_the_default() -> None:
    """Without a word about it, the strict rules apply."""
    assert Settings.from_environ(GOOD).mode is Mode.PRODUCTION


def test_development_needs_nothing() -> None:
    """Development starts from an empty environment but for its name."""
    settings = Settings.from_environ({"COMPTOIR_ENV": "development"})
    assert settings.development
    assert settings.secret_key == Secret(DEVELOPMENT_SECRET)
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")


def test_every_fault_is_told_at_once() -> None:
    """One reading of the environment reports everything that is wrong with it."""
    found = codes(
        {
            "COMPTOIR_DATABASE_URL": "mysql://somebody@127.0.0.1/base",
            "COMPTOIR_SMTP_PORT": "99999",
            "COMPTOIR_LOCALE": "de",
            "COMPTOIR_TRUSTED_PROXIES": "10.0.0.0/8,everyone",
            "COMPTOIR_SECTIONS": "wealth,space",
            "COMPTOIR_RATE_LIMIT": "often",
            "COMPTOIR_MAIL_FROM": "nobody",
            "COMPTOIR_SMTP_USER": "mailer",
            "COMPTOIR_PUBLIC_URL": "http://example.com",
            "COMPTOIR_REQUIRE_ADMIN_2FA": "perhaps",
        }
    )
    assert found == {
        "COMPTOIR_DATABASE_URL": "settings.url_wrong",
        "COMPTOIR_SECRET_KEY": "settings.secret_missing",
        "COMPTOIR_ALLOWED_HOSTS": "settings.hosts_missing",
        "COMPTOIR_PUBLIC_URL": "settings.url_wrong",
        "COMPTOIR_REQUIRE_ADMIN_2FA": "settings.choice_wrong",
        "COMPTOIR_SMTP_PORT": "settings.number_wrong",
        "COMPTOIR_SMTP_PASSWORD": "settings.incomplete",
        "COMPTOIR_SMTP_HOST": "settings.incomplete",
        "COMPTOIR_LOCALE": "settings.choice_wrong",
        "COMPTOIR_TRUSTED_PROXIES": "settings.network_wrong",
        "COMPTOIR_SECTIONS": "settings.choice_wrong",
        "COMPTOIR_RATE_LIMIT": "settings.rate_wrong",
        "COMPTOIR_MAIL_FROM": "settings.mail_wrong",
    }


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "settings.secret_missing"),
        ("short", "settings.secret_short"),
        (DEVELOPMENT_SECRET, "settings.secret_default"),
        ("a" * 64, "settings.secret_default"),
        ("changeme-changeme-changeme-0123456789", "settings.secret_default"),
        ("django-insecure-0123456789abcdefghijklmn", "settings.secret_default"),
    ],
)
def test_a_default_or_short_secret_is_refused_in_production(key: str, code: str) -> None:
    """A secret key that is missing, short or well known stops the start, outside development."""
    assert codes({**GOOD, "COMPTOIR_SECRET_KEY": key}) == {"COMPTOIR_SECRET_KEY": code}
    Settings.from_environ({"COMPTOIR_ENV": "development", "COMPTOIR_SECRET_KEY": key})


@given(st.binary(min_size=32, max_size=48))
def test_a_generated_secret_is_accepted(seed: bytes) -> None:
    """What `comptoir secret-key` makes is never taken for a well-known key."""
    if len(set(seed)) > 20:
        import base64

        key = base64.urlsafe_b64encode(seed).decode()
        Settings.from_environ({**GOOD, "COMPTOIR_SECRET_KEY": key})


@pytest.mark.parametrize(
    ("alias", "value", "attribute", "expected"),
    [
        ("DATABASE_URL", "postgres://me@127.0.0.1/b", "database_url", "postgres://me@127.0.0.1/b"),
        ("SQLALCHEMY_DATABASE_URI", "sqlite:///x.db", "database_url", "sqlite:///x.db"),
        ("ALLOWED_HOSTS", "one.example.com", "allowed_hosts", ("one.example.com",)),
        ("ADMIN_REQUIRE_2FA", "false", "require_admin_2fa", False),
        ("ORANGE_MONEY_COUNTRY", "gn", "orange_country", "gn"),
        ("ORANGE_MONEY_CURRENCY", "gnf", "orange_currency", "GNF"),
        ("ORANGE_MONEY_BASE_URL", "https://o.example/", "orange_base_url", "https://o.example"),
    ],
)
def test_names_of_earlier_programs_are_understood(
    alias: str, value: str, attribute: str, expected: object
) -> None:
    """An alias is read when the canonical name is not set, and `describe` tells which was."""
    environ = {name: text for name, text in GOOD.items() if name != f"COMPTOIR_{alias}"}
    settings = Settings.from_environ({**environ, alias: value})
    found = getattr(settings, attribute)
    assert (found.value if isinstance(found, Secret) else found) == expected
    assert alias in {line.origin for line in settings.describe()}


def test_the_canonical_name_wins_over_its_alias() -> None:
    """When both are set, the alias is not looked at."""
    settings = Settings.from_environ({**GOOD, "SECRET_KEY": "short"})
    assert settings.secret_key.value == GOOD["COMPTOIR_SECRET_KEY"]


def test_a_fault_of_an_alias_names_the_alias() -> None:
    """The path of a fault is the name that was really set."""
    environ = {"COMPTOIR_ALLOWED_HOSTS": "example.com", "SECRET_KEY": "short"}
    assert codes(environ) == {"SECRET_KEY": "settings.secret_short"}


def test_no_secret_is_shown() -> None:
    """Neither repr, nor describe, nor the message of a fault holds a secret."""
    environ = {
        **GOOD,
        "COMPTOIR_DATABASE_URL": "postgresql://shop:hunter2@db.example.com:5432/shop",
        "COMPTOIR_BROKER_URL": "redis://:hunter2@127.0.0.1:6379/0",
        "COMPTOIR_SMTP_HOST": "mail.example.com",
        "COMPTOIR_SMTP_USER": "shop",
        "COMPTOIR_SMTP_PASSWORD": "hunter2",
        "COMPTOIR_METRICS_TOKEN": "hunter2",
        "COMPTOIR_SENTRY_DSN": "https://hunter2@sentry.example.com/1",
        "COMPTOIR_RATE_STORAGE": "redis://:hunter2@127.0.0.1:6379/1",
    }
    settings = Settings.from_environ(environ)
    shown = {line.name: line.shown for line in settings.describe()}
    assert shown["COMPTOIR_DATABASE_URL"] == "postgresql://shop:***@db.example.com:5432/shop"
    for text in (repr(settings), str(settings), str(shown)):
        assert "hunter2" not in text
        assert GOOD["COMPTOIR_SECRET_KEY"] not in text
    with pytest.raises(SettingsFaults) as caught:
        Settings.from_environ({**environ, "COMPTOIR_DATABASE_URL": "mysql://a:hunter2@h/b"})
    assert "hunter2" not in str(caught.value)


def test_links_are_made_from_a_setting() -> None:
    """The address in mails is the one set, or the first host over TLS: never a request's."""
    assert Settings.from_environ(GOOD).public_url == "https://example.com"
    given_url = {**GOOD, "COMPTOIR_PUBLIC_URL": "https://shop.example.com/"}
    assert Settings.from_environ(given_url).public_url == "https://shop.example.com"


@pytest.mark.parametrize("host", ["http://example.com", "example.com:8000", "a b", "a..b"])
def test_a_host_is_a_name(host: str) -> None:
    """A host with a scheme, a port or blanks is refused with the way to write it."""
    found = codes({**GOOD, "COMPTOIR_ALLOWED_HOSTS": host})
    assert found == {"COMPTOIR_ALLOWED_HOSTS": "settings.host_wrong"}


ORANGE = {
    "COMPTOIR_SMS": "orange",
    "COMPTOIR_ORANGE_CLIENT_ID": "an-application",
    "ORANGE_MONEY_CLIENT_SECRET": "hunter2",
    "ORANGE_MONEY_MERCHANT_KEY": "hunter2",
    "COMPTOIR_ORANGE_COUNTRY": "GN",
    "COMPTOIR_ORANGE_SMS_SENDER": "+224 620 00 00 09",
}


def test_what_orange_needs_is_read_whole() -> None:
    """One account opens messages and payments; the currency follows the country; secrets hide."""
    settings = Settings.from_environ({**GOOD, **ORANGE})
    assert (settings.orange_country, settings.orange_currency) == ("gn", "GNF")
    assert settings.orange_sms_sender == "+224620000009"
    assert settings.takes_orange_money
    assert settings.reaches_phones
    assert settings.signs_up_merchants
    assert "hunter2" not in repr(settings) + str(settings.describe())
    bare = Settings.from_environ({**GOOD, "COMPTOIR_SECTIONS": "wealth"})
    assert (bare.orange_country, bare.orange_currency) == ("dev", "OUV")
    assert not bare.takes_orange_money
    assert not bare.reaches_phones
    assert not bare.signs_up_merchants
    assert bare.require_admin_2fa


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            {"COMPTOIR_SMS": "orange"},
            {
                "COMPTOIR_ORANGE_CLIENT_ID": "settings.incomplete",
                "COMPTOIR_ORANGE_CLIENT_SECRET": "settings.incomplete",
                "COMPTOIR_ORANGE_SMS_SENDER": "settings.incomplete",
            },
        ),
        (
            {"ORANGE_MONEY_MERCHANT_KEY": "k", "ORANGE_MONEY_CLIENT_ID": "i"},
            {"COMPTOIR_ORANGE_CLIENT_SECRET": "settings.incomplete"},
        ),
        (
            {**ORANGE, "COMPTOIR_ORANGE_BASE_URL": "http://127.0.0.1:8080"},
            {"COMPTOIR_ORANGE_BASE_URL": "settings.url_wrong"},
        ),
        (
            {
                **ORANGE,
                "COMPTOIR_SMS": "pigeon",
                "ORANGE_MONEY_CLIENT_SECRET": "hunter 2",
                "COMPTOIR_ORANGE_COUNTRY": "guinea",
                "COMPTOIR_ORANGE_CURRENCY": "francs",
                "COMPTOIR_ORANGE_SMS_SENDER": "COMPTOIR",
                "COMPTOIR_PHONE_REGION": "ZZ",
                "COMPTOIR_MERCHANT_SIGN_UP": "perhaps",
                "COMPTOIR_SMALLEST_BOOKING_LITRES": "0",
            },
            {
                "COMPTOIR_SMS": "settings.choice_wrong",
                "ORANGE_MONEY_CLIENT_SECRET": "settings.credential_wrong",
                "COMPTOIR_ORANGE_COUNTRY": "settings.country_wrong",
                "COMPTOIR_ORANGE_CURRENCY": "settings.currency_wrong",
                "COMPTOIR_ORANGE_SMS_SENDER": "settings.sender_wrong",
                "COMPTOIR_PHONE_REGION": "settings.region_wrong",
                "COMPTOIR_MERCHANT_SIGN_UP": "settings.choice_wrong",
                "COMPTOIR_SMALLEST_BOOKING_LITRES": "settings.number_wrong",
            },
        ),
    ],
)
def test_what_is_wrong_of_phones_and_orange_is_told(
    change: dict[str, str], found: dict[str, str]
) -> None:
    """What is switched on without its account, and each value that is none."""
    assert codes({**GOOD, **change}) == found


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://orange.example.com", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_in_development_orange_may_be_this_machine(url: str, good: bool) -> None:
    """Without https a secret would travel in clear: only to a server of the same machine."""
    environ = {"COMPTOIR_ENV": "development", "COMPTOIR_ORANGE_BASE_URL": url}
    if good:
        assert Settings.from_environ(environ).orange_base_url == url
    else:
        assert codes(environ) == {"COMPTOIR_ORANGE_BASE_URL": "settings.url_wrong"}
