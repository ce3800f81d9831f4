"""The objects of one installation, made in one place.

`build_registry` makes them from the settings for the web, the worker and the command line alike;
inside a request `services()` gives them::

    engine = services().get(Engine)
    now = services().get(Clock)()

Tests give their own clock, mailer, sender of messages or engine; nothing else in the shell reads
the time or opens a connection by itself.
"""

from __future__ import annotations

import svcs
from sqlalchemy import Engine

from comptoir_web.clock import Clock, utc_now
from comptoir_web.container import services
from comptoir_web.files import FileStore, file_store
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.freight.providers import provider_for
from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.passwords import Passwords
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.identity.sms_jobs import submit_to
from comptoir_web.identity.tokens import TokenService
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.serving import queue_for
from comptoir_web.mail import Mailer, mailer_for
from comptoir_web.settings import Settings
from comptoir_web.sms import SmsSender, sms_for
from comptoir_web.wealth.clients import ClientBook
from comptoir_web.wealth.quotes import QuoteService, sources_for
from comptoir_web.wealth.service import WealthService
from shared_kernel.engine import create_engine

__all__ = ["Clock", "build_registry", "services", "utc_now"]


def build_registry(
    settings: Settings,
    *,
    engine: Engine | None = None,
    clock: Clock = utc_now,
    mailer: Mailer | None = None,
    files: FileStore | None = None,
    sms: SmsSender | None = None,
) -> svcs.Registry:
    """Make every service; ``registry.close()`` gives the connections back.

    An engine that is given stays its owner's to dispose of.
    """
    registry = svcs.Registry()
    if engine is None:
        engine = create_engine(settings.database_url.value)
        registry.register_value(Engine, engine, on_registry_close=engine.dispose)
    else:
        registry.register_value(Engine, engine)
    registry.register_value(Settings, settings)
    registry.register_value(Clock, clock)
    mailer = mailer or mailer_for(settings)
    registry.register_value(Mailer, mailer)
    files = files or file_store(settings)
    sms = sms or sms_for(settings)
    registry.register_value(SmsSender, sms)
    registry.register_value(FileStore, files)
    queue = queue_for(settings, engine, clock)
    registry.register_value(JobQueue, queue)
    registry.register_value(WealthService, WealthService(engine, clock, queue))
    registry.register_value(QuoteService, QuoteService(engine, clock, sources_for(settings)))
    registry.register_value(ClientBook, ClientBook(engine, clock))
    registry.register_value(FreightDesk, FreightDesk(engine, clock, queue))
    registry.register_value(
        FreightPayments,
        FreightPayments(
            engine,
            clock,
            files,
            provider=provider_for(settings),
            public_url=settings.public_url,
            queue=queue,
        ),
    )
    registry.register_value(
        FreightOffice,
        FreightOffice(engine, clock, queue, smallest_litres=settings.smallest_booking_litres),
    )
    keys = Keys(settings.secret_key)
    passwords = Passwords()
    second_factor = SecondFactorService(
        engine=engine, clock=clock, keys=keys, issuer=settings.business_name
    )
    sign_in = SignInService(
        engine=engine, clock=clock, passwords=passwords, second_factor=second_factor
    )
    registry.register_value(SecondFactorService, second_factor)
    registry.register_value(SignInService, sign_in)
    registry.register_value(TokenService, TokenService(engine=engine, clock=clock, sign_in=sign_in))
    registry.register_value(
        PhoneSignIn,
        PhoneSignIn(
            engine=engine,
            clock=clock,
            keys=keys,
            settings=settings,
            sms=sms,
            sign_in=sign_in,
            second_factor=second_factor,
            submit=submit_to(queue),
        ),
    )
    registry.register_value(
        ContactService,
        ContactService(engine=engine, clock=clock, keys=keys, region=settings.phone_region),
    )
    registry.register_value(
        IdentityService,
        IdentityService(
            engine=engine,
            clock=clock,
            keys=keys,
            passwords=passwords,
            mailer=mailer,
            settings=settings,
        ),
    )
    return registry
