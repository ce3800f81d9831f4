"""A file of lines: its faults, what it would change, and the saving of what was shown."""

from __future__ import annotations

import io
import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import attrs
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from svcs import Container
from testkit.pages import FrozenClock, csrf_token
from testkit.wealth import give_worked, plain, sent_fields, writes
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from comptoir_web.blueprints.wealth.matching import Mode, plan_of
from comptoir_web.wealth.service import WealthService
from shared_kernel import money
from wealth_core.loans import Loan
from wealth_core.networth import (
    CashAccount,
    CashKind,
    Debt,
    Holdings,
    OtherGood,
    Property,
    holdings_to_csv,
    holdings_to_json,
)
from wealth_core.testing.worked import WORKED_ON, worked_atlas_document, worked_holdings

SignIn = Callable[..., FlaskClient]
PAGE = "/plateforme/patrimoine/importer"
CONFIRM = f"{PAGE}/enregistrer"


@pytest.fixture
def service(container: Container) -> WealthService:
    """The service the pages use."""
    return container.get(WealthService)


@pytest.fixture
def worked(service: WealthService, owner: str, clock: FrozenClock) -> str:
    """The worked profile, at its first version; its owner's id."""
    give_worked(service, owner, at=clock.now)
    return owner


def upload(
    browser: FlaskClient, content: bytes | str, name: str, *, as_of: str = ""
) -> TestResponse:
    """Choose a file, say the day of its values, and send it."""
    data = content.encode() if isinstance(content, str) else content
    file = FileStorage(io.BytesIO(data), filename=name, name="file")
    fields = {"csrf_token": csrf_token(browser, PAGE), "as_of": as_of, "file": file}
    boundary, body = encode_multipart(fields)
    return browser.post(PAGE, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def confirm(browser: FlaskClient, preview: TestResponse, mode: str = "add") -> TestResponse:
    """Press a button of the preview."""
    fields = sent_fields(preview.text, CONFIRM)
    return browser.post(CONFIRM, data={**fields, "mode": mode})


def saved(service: WealthService, owner: str) -> Holdings:
    """What is saved now."""
    found = service.holdings(owner)
    assert found is not None
    return found.holdings


def changed_file() -> Holdings:
    """The worked profile with a line changed, one more, and one less."""
    before = worked_holdings()
    livret = attrs.evolve(before.cash[0], balance=money("3800", "EUR"))
    pel = CashAccount("p", "PEL", CashKind.PEL, money("900", "EUR"), WORKED_ON)
    return before.with_line(livret).with_line(pel).without("cash-2")


def test_our_own_export_changes_nothing(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """What was exported and is imported again is found to be there already."""
    for content, name in (
        (holdings_to_json(worked_holdings()), "avoirs.json"),
        (holdings_to_csv(worked_holdings(), locale="fr"), "avoirs.csv"),
    ):
        preview = upload(browser, content, name)
        assert preview.status_code == 200
        assert "Toutes les lignes du fichier sont déjà là, identiques." in plain(preview.text)
        with writes(service.engine) as found:
            assert confirm(browser, preview).status_code == 303
        assert found == []
    assert saved(service, worked) == worked_holdings()


def test_the_former_platform_moves_over(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Its document is previewed, saved, and gives the figures that are known."""
    preview = upload(browser, json.dumps(worked_atlas_document()), "profil.json")
    assert preview.status_code == 200, plain(preview.text)
    assert service.holdings(owner) is None
    answer = confirm(browser, preview)
    assert answer.status_code == 303
    assert "Le fichier est importé" in plain(browser.get(answer.location).text)
    lines = saved(service, owner)
    assert sum((each.balance for each in lines.cash), money("0", "EUR")) == money("4700", "EUR")
    assert lines.properties[0].loans[0].loan.first_due.isoformat() == "2025-10-01"


def test_a_preview_says_what_would_change_and_saves_nothing(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """Lines added, changed, there already and not in the file; totals by kind; nothing written."""
    with writes(service.engine) as found:
        preview = upload(browser, holdings_to_json(changed_file()), "avoirs.json")
    assert found == []
    text = plain(preview.text)
    assert "2 lignes à ajouter ou à modifier d’après « avoirs.json »." in text
    assert "Ajoutées 1 Modifiées 1 Déjà là, identiques 9 Absentes du fichier 1" in text
    assert "3 500,00 € → 3 800,00 €" in text
    assert "Liquidités 3 4 700,00 € 4 5 900,00 €" in text  # added to what there is
    assert "Liquidités 3 4 700,00 € 3 5 200,00 €" in text  # all replaced


@pytest.mark.parametrize(("mode", "labels"), [
    ("add", ["Livret A", "LDDS", "Épargne courante", "PEL"]),
    ("replace", ["Livret A", "Épargne courante", "PEL"]),
])  # fmt: skip
def test_lines_are_added_or_replaced_and_keep_their_ids(
    browser: FlaskClient, service: WealthService, worked: str, mode: str, labels: list[str]
) -> None:
    """A line of the same name stays the line it was, so that a plan that feeds it finds it."""
    file = changed_file()
    # As a table gives them: ids by place, which say nothing of the lines there are.
    other = Holdings(
        **{
            **attrs.asdict(file, recurse=False),
            "cash": tuple(
                attrs.evolve(each, id=f"cash-{place}")
                for place, each in enumerate(reversed(file.cash), start=1)
            ),
        }
    )
    answer = confirm(browser, upload(browser, holdings_to_json(other), "avoirs.json"), mode)
    assert answer.status_code == 303
    cash = {each.label: each for each in saved(service, worked).cash}
    assert list(cash) == labels
    assert (cash["Livret A"].id, cash["Livret A"].balance) == ("cash-1", money("3800", "EUR"))
    assert cash["PEL"].id not in {"cash-1", "cash-2", "cash-3"}
    assert saved(service, worked).properties == worked_holdings().properties


def test_an_id_is_followed_unless_it_is_only_a_place() -> None:
    """A renamed line is known by its id; the first line of a table is not the first there is."""

    def account(line_id: str, label: str) -> Holdings:
        kind, amount = CashKind.CUSTOM, money("1", "EUR")
        return Holdings(cash=[CashAccount(line_id, label, kind, amount, WORKED_ON)])

    renamed = plan_of(account("f00d", "Livret"), account("f00d", "Livret bleu"))
    assert [change.line.label for change in renamed.changed] == ["Livret bleu"]
    placed = plan_of(account("cash-1", "Livret"), account("cash-1", "Autre"))
    assert [change.line.label for change in placed.added] == ["Autre"]
    assert [change.line.label for change in placed.others] == ["Livret"]


def test_every_fault_of_a_file_is_told_with_its_line_and_column(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Where it is, what is wrong, what would be accepted; and nothing is saved."""
    table = (
        "ligne;type;nom;montant;devise;au\n"
        "liquidités;livret_z;Mon livret;4 70x;EUR;09/12/2025\n"
        "autre_bien;;<script>alert(1)</script>;-5;EUR;31/02/2025\n"
    )
    answer = upload(browser, table, "avoirs.csv")
    assert answer.status_code == 422
    text = plain(answer.text)
    assert "« avoirs.csv » a" in text
    for said in ("2 type", "2 montant", "3 montant", "3 au"):
        assert f" {said} " in text, text
    assert "Rien n’a été enregistré." in text
    assert "<script>alert" not in answer.text
    document = {"version": 1, "properties": [{"label": "", "loans": [{"loan": {"months": 0}}]}]}
    answer = upload(browser, json.dumps(document), "avoirs.json")
    assert answer.status_code == 422
    assert "properties[0].loans[0].loan.months" in answer.text
    assert service.holdings(owner) is None


def test_what_is_no_file_is_refused(browser: FlaskClient) -> None:
    """Nothing chosen, nothing in it, no text, no table, no document: each says what to do."""
    assert upload(browser, b"", "").status_code == 422
    assert "Choisissez un fichier qui n’est pas vide." in plain(upload(browser, b"", "a.csv").text)
    for content, name in ((b"\xff\xfe\x00", "a.csv"), (b"{", "a.json"), (b"[1]", "a.json"),
                          (b"hello", "a.csv"), (b'{"version": 7}', "a.json")):  # fmt: skip
        answer = upload(browser, content, name)
        assert answer.status_code == 422, (name, content)
        assert "a un défaut" in plain(answer.text)


def test_fifty_thousand_lines_are_refused_clearly(browser: FlaskClient) -> None:
    """One sentence says how many may stand there; a file that is too heavy is not even read."""
    table = "line,label,amount\n" + "cash,x,1\n" * 50_000
    answer = upload(browser, table, "avoirs.csv")
    text = plain(answer.text)
    assert answer.status_code == 422
    assert "a un défaut" in text
    assert "1000" in text
    assert len(answer.data) < 30_000
    heavy = upload(browser, "line,label,amount\n" + "cash,a long name,1\n" * 60_000, "avoirs.csv")
    assert heavy.status_code == 413


def test_a_change_made_meanwhile_shows_a_new_preview(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """The version is that of the preview: what it did not count is shown, then chosen knowingly."""
    preview = upload(browser, holdings_to_json(changed_file()), "avoirs.json")
    now = saved(service, worked)
    boat = OtherGood("boat", "Bateau", money("9000", "EUR"), WORKED_ON)
    service.save_holdings(worked, now.with_line(boat), version=1, actor=worked)
    again = confirm(browser, preview, "replace")
    assert again.status_code == 409
    assert "Bateau" in plain(again.text)
    assert "boat" in [line.id for _category, line in saved(service, worked).lines()]
    assert confirm(browser, again, "replace").status_code == 303
    assert "boat" not in [line.id for _category, line in saved(service, worked).lines()]


def test_a_confirmation_that_holds_no_preview_saves_nothing(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """A field that is none of ours is refused, and nothing of it is unpacked."""
    bomb = b64encode(zlib.compress(b" " * 50_000_000)).decode()
    for document in ("", "%%%", b64encode(b"not zlib").decode(), bomb):
        fields = {"csrf_token": csrf_token(browser, PAGE), "document": document, "version": "1"}
        answer = browser.post(CONFIRM, data=fields)
        assert answer.status_code == 422
    assert saved(service, worked) == worked_holdings()


_LOAN = Loan(money("1000", "EUR"), Decimal(0), 10, date(2025, 1, 5))


@st.composite
def much_alike(draw: st.DrawFn) -> Holdings:
    """A few lines whose names, ids and figures are often those of others."""
    free = draw(st.permutations("12345"))
    accounts = draw(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 1)), max_size=3))
    debts = draw(st.lists(st.sampled_from("ab"), max_size=2))
    flat = Property(
        "flat", draw(st.sampled_from("ab")), money("1", "EUR"), WORKED_ON,
        loans=[Debt(f"d{place}", name, _LOAN) for place, name in enumerate(debts)],
    )  # fmt: skip
    return Holdings(
        cash=[
            CashAccount(line_id, name, CashKind.CUSTOM, money(amount, "EUR"), WORKED_ON)
            for line_id, (name, amount) in zip(free, accounts, strict=False)
        ],
        properties=[flat] if draw(st.booleans()) else [],
    )


@settings(max_examples=60, deadline=None)
@given(now=much_alike(), read=much_alike())
def test_a_plan_loses_nothing(now: Holdings, read: Holdings) -> None:
    """Adding keeps every line there was; replacing leaves as many lines as the file has.

    Each is either added, changed or the same, and imported again it changes nothing.
    """
    plan = plan_of(now, read)
    brought = [line for _category, line in read.lines()]
    there = [line for _category, line in now.lines()]
    assert len(plan.added) + len(plan.changed) + plan.same == len(brought)
    assert len(plan.others) + len(plan.changed) + plan.same == len(there)
    assert plan.merged is not None
    merged = [line for _category, line in plan.merged.lines()]
    replaced = [line for _category, line in plan.replaced.lines()]
    assert {line.id for line in there} <= {line.id for line in merged}
    assert len(replaced) == len(brought)
    debts = [debt.id for line in merged if isinstance(line, Property) for debt in line.loans]
    assert len({line.id for line in merged} | set(debts)) == len(merged) + len(debts)
    assert plan_of(now, now).result(Mode.REPLACE) == now
    again = plan_of(plan.replaced, plan.replaced)
    assert (again.added, again.changed, again.others) == ((), (), ())


def test_lines_without_a_day_take_the_one_that_is_given(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A profile of the former platform says no day: the form does; a wrong one is told."""
    document = json.dumps(worked_atlas_document())
    refused = upload(browser, document, "profil.json", as_of="31/02/2025")
    assert refused.status_code == 422
    assert service.holdings(owner) is None
    confirm(browser, upload(browser, document, "profil.json", as_of="09/12/2025"))
    assert {line.as_of for line in saved(service, owner).cash} == {WORKED_ON}
