"""The kinds of fault a price may have, and why a vendor's answer was not taken.

The sentences are the keys of `translations/fr.po`, where each one has its French. The codes of the
vendors' failures are kept in the database: a code, once released, keeps its meaning.
"""

from shared_kernel.faults import FaultKind

NOT_AN_ASSET = FaultKind(
    "quote.not_an_asset",
    "{given} is neither a currency in use nor a crypto: write for example EUR or crypto:BTC",
)
SAME_ASSET = FaultKind("quote.same_asset", "{given} is quoted in itself: give two different assets")
NOT_A_PRICE = FaultKind(
    "quote.not_a_price", '{given} is not an exact price: write Decimal("95000.00")'
)
PRICE_NOT_POSITIVE = FaultKind(
    "quote.price_not_positive", "a price of {given} is not above zero: write a price above zero"
)
PRICE_OUT_OF_RANGE = FaultKind(
    "quote.price_out_of_range",
    "a price of {given} is beyond any market: write at most {digits} figures, between {least} "
    "and {most}",
)
NOT_A_MOMENT = FaultKind(
    "quote.not_a_moment",
    "{given} is not a moment with its time zone: write for example 2025-12-09T12:00:00Z",
)
NOT_A_SOURCE = FaultKind(
    "quote.not_a_source",
    "{given} is not the name of a source: write small letters, figures and dashes, at most {most}",
)
NOT_A_PARITY = FaultKind(
    "quote.not_a_parity",
    "{given} is for the prices fixed by law alone: name another source, manual for example",
)
FROM_THE_FUTURE = FaultKind(
    "quote.from_the_future", "a price of {given} comes after {at}: leave it out"
)
TOO_FAR_AHEAD = FaultKind(
    "quote.too_far_ahead", "{given} is too far ahead: a price is set for {most} at the latest"
)
FIXED_PARITY = FaultKind(
    "quote.fixed_parity", "{given} is fixed by law at {price}: no other price can be set"
)
NOT_QUOTES = FaultKind("quote.not_quotes", "{given} is not a list of prices: give Quote values")
FIELD_MISSING = FaultKind("quote.field_missing", "{field} is missing: fill it in")
FIELD_UNKNOWN = FaultKind("quote.field_unknown", "{given} is not known here: leave it out")
NOT_A_DOCUMENT = FaultKind(
    "quote.not_a_document", "this is not a list of prices: give a JSON list of objects"
)

UNREACHABLE = FaultKind("source.unreachable", "{source} could not be reached: {why}")
TIMED_OUT = FaultKind("source.timed_out", "{source} did not answer within {seconds} seconds")
TOO_MANY_REQUESTS = FaultKind(
    "source.too_many_requests", "{source} asks to wait: too many requests were made (429)"
)
BANNED = FaultKind(
    "source.banned", "{source} has banned this address for a while: too many requests (418)"
)
FIREWALL = FaultKind(
    "source.firewall", "the firewall of {source} refuses this address (403): see where it runs"
)
VENDOR_REFUSED = FaultKind(
    "source.refused", "{source} refused what was asked: {code} {why} (status {status})"
)
UNKNOWN_SYMBOL = FaultKind("source.unknown_symbol", "{source} does not know this symbol (-1121)")
BAD_STATUS = FaultKind("source.bad_status", "{source} answered with the status {status}")
REDIRECTED = FaultKind(
    "source.redirected", "{source} sends to another place, {place}: it was not followed"
)
ANSWER_TOO_LARGE = FaultKind(
    "source.answer_too_large", "the answer of {source} has more than {limit} bytes"
)
NOT_UNDERSTOOD = FaultKind(
    "source.not_understood", "the answer of {source} is not what its documentation says: {why}"
)
NOTHING_USABLE = FaultKind("source.nothing_usable", "the answer of {source} has no usable price")
DATED_IN_THE_FUTURE = FaultKind(
    "source.dated_in_the_future", "{source} gives prices of {day}, which is still to come"
)
UNEXPECTED = FaultKind(
    "source.unexpected", "reading {source} failed in a way that was not foreseen: {why}"
)
UNTOLD = FaultKind("source.untold", "another version of this program noted a failure: {code}")
