"""The loan commands: figures, formats, languages, refusals."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comptoir_cli.main import cli

TERMS = ["--principal", "215000", "--currency", "EUR", "--annual-rate", "0.0335",
         "--months", "300", "--first-due", "2025-10-01"]  # fmt: skip


def comptoir(*arguments: str, stdin: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, list(arguments), input=stdin)


def loan(command: str, *more: str, terms: Sequence[str] = TERMS) -> Result:
    """Run a loan command on the reference loan."""
    return comptoir("loan", command, *terms, *more)


def test_the_balance_of_the_reference_loan() -> None:
    """The bank's table and the closed form differ by a cent, and each is given by its name."""
    cent = json.loads(loan("balance", "--on", "2025-12-09", "--json").stdout)
    exact = json.loads(
        loan("balance", "--on", "2025-12-09", "--rounding", "exact", "--json").stdout
    )
    assert cent["balance"] == "213619.42"
    assert cent["instalment"] == "1059.12"
    assert cent["instalments_paid"] == 3
    assert exact["balance"] == "213619.41"


def test_the_answer_is_said_in_french() -> None:
    """Without --json a person reads a sentence, with French figures."""
    said = loan("balance", "--on", "2025-12-09").stdout
    assert said.startswith("213\u202f619,42\u00a0€ restent dus le 9 décembre 2025.")


@pytest.mark.parametrize("rate", ["0.0335", "3.35%", "3,35%", "3.35 %"])
def test_a_rate_may_carry_its_sign(rate: str) -> None:
    """A fraction and a percentage with its sign are the same rate."""
    terms = [rate if word == "0.0335" else word for word in TERMS]
    found = json.loads(loan("balance", "--on", "2025-12-09", "--json", terms=terms).stdout)
    assert found["balance"] == "213619.42"


def test_the_table_has_a_row_an_instalment() -> None:
    """JSON gives every row with its amounts as strings; the last one owes nothing."""
    rows = json.loads(loan("schedule", "--json").stdout)["rows"]
    assert len(rows) == 300
    assert rows[0]["due"] == "2025-10-01"
    assert rows[0]["interest"] == "600.21"
    assert rows[-1]["balance"] == "0.00"
    assert all(isinstance(rows[0][name], str) for name in ("instalment", "principal", "balance"))


def test_a_table_in_a_file_is_not_cut() -> None:
    """Without a terminal every column is whole."""
    lines = loan("schedule").stdout.splitlines()
    assert "1\u202f059,12\u00a0€" in lines[2]
    assert "214\u202f541,09\u00a0€" in lines[2]
    assert not any("…" in line for line in lines)


def test_every_option_reaches_the_loan() -> None:
    """Deferral, insurances, fees, rate changes and repayments change the table as they say."""
    rows = json.loads(
        loan(
            "schedule", "--deferral", "partial:12", "--insurance", "0.0036:outstanding:0.6",
            "--insurance", "0.002:initial:0.5", "--fee", "4000", "--fee", "5:monthly",
            "--rate-change", "61:0.041", "--repay", "24:10000:instalment", "--json",
        ).stdout
    )["rows"]  # fmt: skip
    assert rows[11]["principal"] == "0.00"
    assert rows[12]["principal"] != "0.00"
    assert rows[0]["insurance"] == "56.62"
    assert rows[0]["fees"] == "5.00"
    assert float(rows[23]["principal"]) > 10_000
    assert len(rows) < 300


def test_the_apr_of_a_published_example() -> None:
    """The European Commission's first example, to its printed digits."""
    terms = ["--principal", "200000", "--annual-rate", "0.06", "--months", "240",
             "--first-due", "2026-02-01", "--fee", "4000"]  # fmt: skip
    found = json.loads(loan("apr", "--json", terms=terms).stdout)
    assert found["apr"].startswith("0.06434412")
    assert found["total_cost"] == "147886.40"


def test_a_document_stands_for_the_options(tmp_path: Path) -> None:
    """A JSON document, in a file or on standard input, is a loan too."""
    document = json.dumps(
        {
            "version": 1,
            "principal": {"amount": "215000", "currency": "EUR"},
            "annual_rate": "0.0335",
            "months": 300,
            "first_due": "2025-10-01",
        }
    )
    file = tmp_path / "loan.json"
    file.write_text(document)
    end = ["--on", "2025-12-09", "--json"]
    by_file = comptoir("loan", "balance", "--document", str(file), *end)
    by_input = comptoir("loan", "balance", "--document", "-", *end, stdin=document)
    assert json.loads(by_file.stdout)["balance"] == "213619.42"
    assert by_file.stdout == by_input.stdout


SAVED = json.dumps(
    {
        "version": 2,
        "loan": {
            "principal": {"amount": "1000000", "currency": "XOF"},
            "annual_rate": "0.06",
            "months": 12,
            "first_due": "2025-01-31",
        },
        "repayments": [{"on": "2025-03-31", "amount": {"amount": "200000", "currency": "XOF"}}],
        "rounding": "exact",
    }
)


def test_the_document_of_a_saved_loan_keeps_its_repayments_and_its_rounding() -> None:
    """They count in the table; a repayment of the options is added, a rounding asked for wins."""
    document = ["loan", "schedule", "--json", "--document", "-"]
    kept = json.loads(comptoir(*document, stdin=SAVED).stdout)
    assert (kept["rounding"], kept["currency"]) == ("exact", "XOF")
    assert int(kept["rows"][2]["principal"]) > 200_000
    more = ["--repay", "4:all", "--rounding", "cent"]
    ended = json.loads(comptoir(*document, *more, stdin=SAVED).stdout)
    assert (ended["rounding"], len(ended["rows"])) == ("cent", 4)
    assert int(ended["rows"][2]["principal"]) > 200_000
    apr = json.loads(comptoir("loan", "apr", "--json", "--document", "-", stdin=SAVED).stdout)
    assert apr["rounding"] == "level"


def test_a_repayment_that_does_not_fit_names_its_option() -> None:
    """A day that is no due date is refused under --repay, with the nearest ones."""
    refused = loan("balance", "--repay", "2025-10-02:5000")
    assert refused.exit_code == 1
    assert "--repay[0]" in refused.stderr
    assert "2025-11-01" in refused.stderr


def test_every_fault_is_told_at_once_with_its_option() -> None:
    """A refusal names each option that is wrong, in French, on stderr, and ends with 1."""
    terms = ["--principal", "0", "--annual-rate", "3.35", "--months", "0",
             "--first-due", "2025-10-01"]  # fmt: skip
    refused = loan("balance", terms=terms)
    assert refused.exit_code == 1
    assert refused.stdout == ""
    for option in ("--principal", "--annual-rate", "--months"):
        assert option in refused.stderr
    assert "0.0335" in refused.stderr
    assert "pourcentage" in refused.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--first-due", "01/10/2025"], "2025-10-01"),
        (["--annual-rate", "abc"], "3.35%"),
        (["--insurance", "0.1:never"], "initial"),
        (["--rounding", "up"], "level"),
        (["--nope"], "--nope"),
    ],
)
def test_wrong_usage_ends_with_two(more: list[str], said: str) -> None:
    """A value that cannot be read is wrong usage: exit code 2, with what would be accepted."""
    refused = loan("balance", *more)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_missing_options_are_named() -> None:
    """Without its terms a loan cannot be: the options that lack are listed."""
    refused = comptoir("loan", "balance", "--principal", "1")
    assert refused.exit_code == 2
    assert "--annual-rate, --months, --first-due" in refused.stderr


def test_a_day_before_the_loan_is_refused() -> None:
    """Nothing is owed before the loan: refused in French, naming its first day."""
    refused = loan("balance", "--on", "2024-01-01")
    assert refused.exit_code == 1
    assert "2025" in refused.stderr
    assert "précède" in refused.stderr


def test_after_the_end_nothing_is_owed() -> None:
    """After the last instalment the balance is zero."""
    found = json.loads(loan("balance", "--on", "2051-01-01", "--json").stdout)
    assert found["balance"] == "0.00"


def test_a_document_with_an_unknown_key_is_refused() -> None:
    """A key that means nothing is told, with its path; nothing is guessed."""
    refused = comptoir(
        "loan", "balance", "--document", "-", stdin='{"version": 1, "principle": "1"}'
    )
    assert refused.exit_code == 1
    assert "principle" in refused.stderr
