"""The accounts of phones, as administrators make and change them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import svcs
from flask.testing import FlaskClient
from testkit.pages import post
from testkit.phones import MERCHANT_PHONE, UNKNOWN

from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.errors import IdentityFaults
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.sms import MemorySms


def test_an_administrator_makes_finds_and_changes_a_merchant_by_phone(
    signed_in_client: Callable[..., FlaskClient], identity: IdentityService, sms: MemorySms
) -> None:
    """Created with a phone alone, found by its digits, moved to another number, unlocked."""
    admin = signed_in_client(Role.ADMIN)
    new = "/plateforme/admin/utilisateurs/nouveau"
    form = {"name": "Une marchande", "phone": "620.00.00.01", "role": "merchant"}
    answer = post(admin, new, form)
    assert answer.status_code == 303
    user = identity.user_by_phone(MERCHANT_PHONE)
    assert user is not None
    page = f"/plateforme/admin/utilisateurs/{user.id}"
    shown = admin.get(page).text
    assert "+224\u00a0620\u00a000\u00a000\u00a001" in shown
    assert "Créer un lien" not in shown
    assert post(admin, f"{page}/lien", page=page).status_code == 303
    for search in ("620 00 00 01", "%2B224 620", "00224620"):
        assert "Une marchande" in admin.get(f"/plateforme/admin/utilisateurs?q={search}").text
    assert "Une marchande" not in admin.get("/plateforme/admin/utilisateurs?q=62").text
    assert "620" in admin.get("/plateforme/admin/utilisateurs.csv?sort=phone").text
    for wrong_form, code in (
        ({**form, "name": "Another"}, 422),
        ({"name": "Nobody", "role": "merchant"}, 422),
        ({**form, "phone": "620000005", "role": "admin"}, 422),
    ):
        assert post(admin, new, wrong_form).status_code == code
    for phone, status in (("nonsense", 422), ("", 422), ("620 00 00 06", 303)):
        assert post(admin, f"{page}/telephone", {"phone": phone}, page=page).status_code == status
    assert identity.user(user.id).phone == "+224620000006"
    assert post(admin, f"{page}/role", {"role": "admin"}, page=page).status_code == 422
    assert post(admin, f"{page}/telephone/deblocage", page=page).status_code == 303


def test_an_account_keeps_something_to_be_reached_by(
    identity: IdentityService, container: svcs.Container, phone_merchant: User
) -> None:
    """Every fault of a new account at once; a phone stays where there is no address."""
    with pytest.raises(IdentityFaults) as caught:
        identity.create_user(email="x", phone="y", name="", role="king", password="short")
    assert {f.path for f in caught.value.faults} == {"email", "phone", "name", "role", "password"}
    with pytest.raises(IdentityFaults) as caught:
        identity.create_user(email=None, phone=UNKNOWN, name="A", role="client", password="x" * 20)
    assert "identity.password_useless" in {f.code for f in caught.value.faults}
    contacts = container.get(ContactService)
    with pytest.raises(IdentityFaults):
        contacts.change_phone(phone_merchant.id, "")
    with pytest.raises(IdentityFaults):
        identity.make_link(phone_merchant.id)
    both = identity.create_user(email="b@example.com", phone=UNKNOWN, name="B", role="staff")
    with pytest.raises(IdentityFaults) as caught:
        contacts.change_phone(both.id, MERCHANT_PHONE)
    assert [f.code for f in caught.value.faults] == ["identity.phone_taken"]
    assert contacts.change_phone(both.id, " ").phone is None
