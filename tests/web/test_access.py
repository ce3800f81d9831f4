"""Who reaches what: every endpoint is guarded, or public for a reason said beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from comptoir_web.app import PUBLIC_ENDPOINTS
from comptoir_web.identity.roles import Guard, Role, reached_by, reached_by_anyone


def unguarded(app: Flask) -> list[str]:
    """The endpoints that neither a guard nor a list of public ones covers."""
    missing = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.rpartition(".")[0]
        before = app.before_request_funcs.get(blueprint, []) if blueprint else []
        guards = [function for function in before if isinstance(function, Guard)]
        if len(guards) != 1 and rule.endpoint not in PUBLIC_ENDPOINTS:
            missing.append(rule.endpoint)
    return missing


def test_every_endpoint_says_who_reaches_it(app: Flask) -> None:
    """Each registered endpoint has one guard beside its blueprint, or is in the public list."""
    assert unguarded(app) == []
    assert len(list(app.url_map.iter_rules())) > 30


def test_a_forgotten_guard_is_found(app: Flask) -> None:
    """The walk above fails when a blueprint carries no guard."""
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", "page", lambda: "")
    app.register_blueprint(forgotten)
    assert unguarded(app) == ["forgotten.page"]


def test_the_public_list_names_what_exists(app: Flask) -> None:
    """No endpoint stays in the public list after it is gone, and none there has a guard too."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints >= PUBLIC_ENDPOINTS


def test_a_guard_names_roles_or_a_reason() -> None:
    """An empty guard is refused: it would open a blueprint by mistake."""
    with pytest.raises(ValueError, match="name the roles"):
        reached_by()
    with pytest.raises(ValueError, match="say why"):
        reached_by_anyone("")


def pages(app: Flask) -> list[tuple[str, Guard]]:
    """Every page that is read without arguments, with its guard; the API has tests of its own."""
    found = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.rpartition(".")[0]
        guards = [f for f in app.before_request_funcs.get(blueprint, []) if isinstance(f, Guard)]
        plain = "GET" in (rule.methods or ()) and not rule.arguments
        if plain and guards and type(guards[0]) is Guard:
            found.append((rule.rule, guards[0]))
    return found


@pytest.mark.parametrize("role", [None, *Role])
def test_each_role_reaches_its_pages_and_no_other(
    app: Flask, signed_in_client: Callable[..., FlaskClient], role: Role | None
) -> None:
    """Every page, for every role: what the guard says is what happens."""
    client = app.test_client() if role is None else signed_in_client(role)
    for path, guard in pages(app):
        answer = client.get(path)
        status = answer.status_code
        if not guard.roles:
            assert status < 500 or path in {"/readyz", "/health/"}, path
        elif role is None:
            assert status == 303, path
        elif role in guard.roles:
            # A page may lead on, or miss arguments; it neither asks to sign in nor refuses.
            assert status not in {401, 403}, path
            assert status < 500, path
            assert "/plateforme/connexion" not in answer.headers.get("Location", ""), path
        else:
            assert status == 403, path


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client: FlaskClient) -> None:
    """After signing in again one lands on the page of the form, not on the address it posts to."""
    from testkit.pages import post

    answer = post(
        client,
        "/plateforme/admin/utilisateurs/nouveau",
        page="/plateforme/connexion",
        headers={"Referer": "http://localhost/plateforme/admin/utilisateurs?q=x"},
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("next=/plateforme/admin/utilisateurs?q%3Dx")
