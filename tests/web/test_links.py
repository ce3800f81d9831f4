"""Links that choose a password: signed, single use, short; the same answer for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import svcs
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.pages import PASSWORD, FrozenClock, address_of, post

from comptoir_web.identity.errors import LinkProblem, LinkRefused
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.limits import RESET
from comptoir_web.identity.mail_jobs import PLATFORM
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.mail import MemoryMailer
from comptoir_web.settings import Secret
from shared_kernel.engine import reading

ASK = "/plateforme/mot-de-passe-oublie"
NEW = "une phrase toute neuve"
MakeUser = Callable[..., User]


def text_of(link: str) -> str:
    """The signed part of a link."""
    return link.rsplit("/", 1)[1]


def path_of(link: str) -> str:
    """The path of a link."""
    return link.removeprefix("http://localhost")


def problem(identity: IdentityService, text: str) -> LinkProblem:
    """Why the link is refused."""
    with pytest.raises(LinkRefused) as caught:
        identity.use_link(text, NEW, address="a")
    return caught.value.problem


def test_a_forgotten_password_is_chosen_again(
    client: FlaskClient,
    make_user: MakeUser,
    mailer: MemoryMailer,
    run_jobs: Callable[[], None],
) -> None:
    """Asked on the page, sent by mail, opened once: the new password signs in, the old does not."""
    make_user()
    assert post(client, ASK, {"email": "Client@example.com"}).status_code == 200
    run_jobs()
    (mail,) = mailer.sent
    assert mail.to == "client@example.com"
    found = re.search(r"http://localhost(/plateforme/lien/\S+)", mail.text)
    assert found is not None
    assert client.get(found[1]).status_code == 200
    assert post(client, found[1], {"password": NEW}).status_code == 303
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        answer = post(
            client,
            "/plateforme/connexion",
            {"email": "client@example.com", "password": password},
        )
        assert answer.status_code == status


def test_the_answer_is_the_same_for_everybody(
    client: FlaskClient,
    make_user: MakeUser,
    identity: IdentityService,
    mailer: MemoryMailer,
    run_jobs: Callable[[], None],
    web_engine: Engine,
) -> None:
    """Known, unknown or disabled: the same page and work at once, a mail for the first only."""
    make_user()
    identity.disable(make_user(email="gone@example.com").id)
    pages = set()
    for email in ("client@example.com", "nobody@example.com", "gone@example.com"):
        answer = post(client, ASK, {"email": email})
        pages.add((answer.status_code, answer.text.replace(email, "")))
    assert len(pages) == 1
    assert mailer.sent == []
    with reading(web_engine) as connection:
        jobs = connection.exec_driver_sql("SELECT kind, owner FROM web_jobs").all()
    assert [tuple(job) for job in jobs] == [("identity.link", PLATFORM)] * 3
    run_jobs()
    assert [mail.to for mail in mailer.sent] == ["client@example.com"]


def test_no_link_waits_in_the_queue(
    client: FlaskClient, make_user: MakeUser, run_jobs: Callable[[], None], web_engine: Engine
) -> None:
    """The job holds the id of an account; what opens it is made when the mail is sent."""
    make_user()
    post(client, ASK, {"email": "client@example.com"})
    with reading(web_engine) as connection:
        assert "/lien/" not in str(connection.exec_driver_sql("SELECT * FROM web_jobs").all())
        assert connection.exec_driver_sql("SELECT count(*) FROM web_links").scalar_one() == 0
    run_jobs()
    with reading(web_engine) as connection:
        assert "/lien/" not in str(connection.exec_driver_sql("SELECT * FROM web_jobs").all())


def test_a_link_works_once(identity: IdentityService, make_user: MakeUser) -> None:
    """A link used once is refused the second time (replayed)."""
    text = text_of(identity.make_link(make_user().id))
    identity.use_link(text, NEW, address="a")
    assert problem(identity, text) is LinkProblem.USED


def test_a_reset_expires_after_thirty_minutes(
    identity: IdentityService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """It works after twenty-nine minutes and not after thirty."""
    user = make_user()
    text = text_of(identity.make_link(user.id))
    clock.forward(minutes=29)
    assert identity.read_link(text).id == user.id
    clock.forward(minutes=1)
    assert problem(identity, text) is LinkProblem.EXPIRED


def test_the_first_password_has_three_days(
    identity: IdentityService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """The link of a new account waits for its owner to read mail, and then expires too."""
    user = make_user(password=None)
    text = text_of(identity.make_link(user.id))
    clock.forward(days=2, hours=23)
    assert identity.read_link(text).id == user.id
    clock.forward(hours=1)
    assert problem(identity, text) is LinkProblem.EXPIRED


def test_a_forged_link_is_refused(
    identity: IdentityService, make_user: MakeUser, client: FlaskClient
) -> None:
    """A changed, shortened, foreign or senseless link says the same thing, with status 410."""
    user = make_user()
    link = identity.make_link(user.id)
    text = text_of(link)
    foreign = evolve(identity, keys=Keys(Secret("another secret key, as long as the first")))
    for forged in (
        # The very last character also carries two bits that count for nothing.
        text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1],
        text[:-10],
        "x" + text[1:],
        "senseless",
        "W10.x",
        text_of(foreign.make_link(user.id)),
    ):
        assert problem(identity, forged) is LinkProblem.FORGED
        answer = client.get(f"/plateforme/lien/{forged}")
        assert answer.status_code == 410


def test_a_newer_link_stops_the_earlier(identity: IdentityService, make_user: MakeUser) -> None:
    """Of several links asked for, the last one works."""
    user = make_user()
    first, second = (text_of(identity.make_link(user.id)) for _ in range(2))
    assert problem(identity, first) is LinkProblem.USED
    identity.use_link(second, NEW, address="a")


def test_changing_the_password_stops_the_links(
    identity: IdentityService, make_user: MakeUser
) -> None:
    """A link asked before the password was changed otherwise works no more."""
    user = make_user()
    text = text_of(identity.make_link(user.id))
    identity.set_password(user.id, NEW)
    assert problem(identity, text) is LinkProblem.USED


def test_looking_at_the_page_does_not_use_the_link(
    client: FlaskClient, identity: IdentityService, make_user: MakeUser
) -> None:
    """Mail programs open links in advance: only the form uses one up."""
    path = path_of(identity.make_link(make_user().id))
    for _ in range(3):
        assert client.get(path).status_code == 200
    client.head(path)
    assert post(client, path, {"password": NEW}).status_code == 303


def test_a_refused_password_keeps_the_link_good(
    client: FlaskClient, identity: IdentityService, make_user: MakeUser
) -> None:
    """A password that is too short is told beside the field; the link still works."""
    path = path_of(identity.make_link(make_user().id))
    assert post(client, path, {"password": "short"}).status_code == 422
    assert post(client, path, {"password": NEW}).status_code == 303


def test_a_reset_ends_sessions_and_locks(
    client: FlaskClient,
    signed_in_client: Callable[..., FlaskClient],
    identity: IdentityService,
) -> None:
    """Whoever was signed in is signed out, and the account is unlocked for its owner."""
    before = signed_in_client()
    user = identity.user_by_email("client@example.com")
    assert user is not None
    for _ in range(6):
        post(
            client, "/plateforme/connexion", {"email": address_of(user), "password": "wrong guess"}
        )
    identity.use_link(text_of(identity.make_link(user.id)), NEW, address="a")
    assert before.get("/plateforme/compte/").status_code == 303
    answer = post(client, "/plateforme/connexion", {"email": address_of(user), "password": NEW})
    assert answer.status_code == 303


def test_a_link_is_made_from_the_setting_not_from_the_request(
    client: FlaskClient,
    make_user: MakeUser,
    mailer: MemoryMailer,
    run_jobs: Callable[[], None],
) -> None:
    """Another Host header changes nothing in the mail."""
    make_user()
    post(client, ASK, {"email": "client@example.com"}, base_url="http://127.0.0.1")
    run_jobs()
    assert "http://localhost/plateforme/lien/" in mailer.sent[0].text


def test_a_mailbox_is_not_flooded(
    client: FlaskClient,
    make_user: MakeUser,
    mailer: MemoryMailer,
    run_jobs: Callable[[], None],
) -> None:
    """Past a few mails for an account nothing more is sent; the page says the same."""
    make_user()
    pages = {post(client, ASK, {"email": "client@example.com"}).text for _ in range(10)}
    assert len(pages) == 1
    run_jobs()
    assert len(mailer.sent) == RESET.free


def test_the_mail_speaks_the_language_of_its_reader(
    identity: IdentityService, make_user: MakeUser, mailer: MemoryMailer
) -> None:
    """French by default, English for an account that reads English."""
    french, english = make_user(), make_user(email="english@example.com")
    identity.set_locale(english.id, "en")
    identity.send_link(french.id)
    identity.send_link(english.id)
    assert mailer.sent[0].subject == "Comptoir\u00a0: choisissez un nouveau mot de passe"
    assert mailer.sent[1].subject == "Comptoir: choose a new password"


def test_a_failing_mail_server_is_tried_again(
    app: Flask,
    make_user: MakeUser,
    container: svcs.Container,
    run_jobs: Callable[[], None],
    identity: IdentityService,
    clock: FrozenClock,
) -> None:
    """A mail that could not be handed over leaves the job in the queue for later."""
    from comptoir_web.identity.mail_jobs import ask_for_link
    from comptoir_web.jobs.model import JobState
    from comptoir_web.mail import Mail, MailError

    class Broken:
        def send(self, mail: Mail) -> None:
            raise MailError("the mail server is away")

    working = MemoryMailer()
    user = make_user()
    registry = svcs.flask.get_registry(app)
    queue = container.get(JobQueue)
    ask_for_link(queue, user.id, request_id="0123456789abcdef")
    registry.register_value(IdentityService, evolve(identity, mailer=Broken()))
    run_jobs()
    assert queue.counts()[JobState.QUEUED] == 1
    registry.register_value(IdentityService, evolve(identity, mailer=working))
    clock.forward(minutes=11)
    run_jobs()
    assert len(working.sent) == 1


def test_the_owner_is_told_of_a_changed_password(
    client: FlaskClient,
    signed_in_client: Callable[..., FlaskClient],
    identity: IdentityService,
    mailer: MemoryMailer,
    make_user: MakeUser,
    run_jobs: Callable[[], None],
) -> None:
    """By the page or by a link, a change is told by mail; a first password is not."""
    inside = signed_in_client()
    form = {"current": PASSWORD, "password": NEW}
    assert post(inside, "/plateforme/compte/mot-de-passe", form).status_code == 303
    user = identity.user_by_email("client@example.com")
    assert user is not None
    post(client, path_of(identity.make_link(user.id)), {"password": PASSWORD})
    new = make_user(email="new@example.com", password=None)
    post(client, path_of(identity.make_link(new.id)), {"password": NEW})
    run_jobs()
    subject = "Comptoir\u00a0: votre mot de passe a été changé"
    assert [(m.to, m.subject) for m in mailer.sent] == [("client@example.com", subject)] * 2
    assert all("/lien/" not in mail.text for mail in mailer.sent)
