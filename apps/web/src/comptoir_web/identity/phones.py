"""Phone numbers: read in every usual writing, kept in one form, shown in another.

They are kept as E.164 (``+224620000001``) and shown as people of the world write them
(``+224 620 00 00 01``). A number written without its country is one of the installation's. Digits
of every script are understood, and so are spaces of every kind, dots, dashes, slashes and brackets;
letters are not, for a number spelled with letters or with an extension is no number of a phone that
receives messages. What is accepted is a mobile number that its country could have given out: a
message to a landline is lost, and one to a premium number or to a satellite's, which belongs to no
country, is a way to steal.

Sources: ITU-T E.164; the tables of libphonenumber, by the library phonenumbers.
"""

from __future__ import annotations

import unicodedata

from comptoir_web.identity.keys import Keys
from shared_kernel import FaultKind, FaultList

__all__ = ["parse_phone", "phone_subject", "shown_phone"]

PHONE_WRONG = FaultKind(
    "identity.phone_wrong",
    "this is not a mobile phone number: write it as {example}, with its country when it is abroad",
)

LONGEST = 40
"""Longer than any number with its spaces and brackets; a longer text is not looked at."""

_BETWEEN = frozenset(" .-/()+")
_EXAMPLES = {"GN": "620 00 00 01"}


def parse_phone(text: str, faults: FaultList, *, region: str = "GN", path: str = "phone") -> str:
    """The number in E.164; a fault, and an empty text, when it is none.

    Args:
        text: as typed.
        faults: takes the fault.
        region: the country of a number written without one, in two letters.
        path: of the fault.

    >>> [parse_phone(text, FaultList()) for text in ("(620) 00-00-01", "00224 620 00 00 01")]
    ['+224620000001', '+224620000001']
    >>> faults = FaultList()
    >>> parse_phone("620 LES 01", faults), faults.faults[0].code
    ('', 'identity.phone_wrong')
    """
    number = _number(_plain(text), region)
    faults.check(
        bool(number), PHONE_WRONG, path, example=_EXAMPLES.get(region, "+224 620 00 00 01")
    )
    return number


def shown_phone(phone: str) -> str:
    """A number of ours as people write it; a text that is none is shown as it is.

    >>> shown_phone("+224620000001").replace(chr(0xA0), " ")
    '+224 620 00 00 01'
    """
    import phonenumbers  # imported late: its tables take a while

    try:
        parsed = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    # It is read as one thing: a line does not break inside.
    return shown.replace(" ", "\N{NO-BREAK SPACE}")


def phone_subject(keys: Keys, phone: str) -> str:
    """What a phone is counted as: numbers are few, so that only a keyed digest hides one."""
    return keys.digest("phone attempts", phone)


def _plain(text: str) -> str:
    """The text in ASCII digits and one kind of space and dash; empty when anything else is in it.

    NFKC turns wide digits and signs into the usual ones; the digits of other scripts keep their
    value, and marks that only say how a line is drawn (of direction, of width nought) are left out.
    """
    plain = []
    for c in unicodedata.normalize("NFKC", text[: LONGEST + 1]):
        category = unicodedata.category(c)
        if category == "Nd":
            plain.append(str(unicodedata.digit(c)))
        elif category == "Zs" or c == "\t":
            plain.append(" ")
        elif category == "Pd" or c == "\N{MINUS SIGN}":
            plain.append("-")
        elif c in _BETWEEN:
            plain.append(c)
        elif category != "Cf":
            return ""
    return "".join(plain) if len(plain) <= LONGEST else ""


def _number(plain: str, region: str) -> str:
    import phonenumbers  # imported late, as above

    try:
        parsed = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return ""
    mobile = (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    if phonenumbers.number_type(parsed) not in mobile:
        return ""
    if phonenumbers.region_code_for_number(parsed) == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
