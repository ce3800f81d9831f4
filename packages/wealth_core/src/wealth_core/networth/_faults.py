"""The kinds of fault that holdings may have: a code, and the English sentence that gives the fix.

The sentences are the keys of `translations/fr.po`, where each one has its French.
"""

from shared_kernel.faults import FaultKind

NOT_AN_ID = FaultKind(
    "holding.not_an_id",
    "{given} is not an identifier: write 1 to {most} letters without accents, figures, - and _",
)
ID_REPEATED = FaultKind(
    "holding.id_repeated", "the identifier {given} is already that of {first}: give each its own"
)
LABEL_EMPTY = FaultKind("holding.label_empty", "the name is empty: write at least one character")
NOT_AN_AMOUNT = FaultKind(
    "holding.not_an_amount", '{given} is not an amount: write money("4700.00", "EUR")'
)
AMOUNT_NEGATIVE = FaultKind(
    "holding.amount_negative", "{given} is negative: write an amount of 0 or more"
)
OVERDRAWN = FaultKind(
    "holding.overdrawn",
    "{given} is negative, and a current account alone can be overdrawn: "
    "write an amount of 0 or more",
)
AMOUNT_TOO_LARGE = FaultKind(
    "holding.amount_too_large", "{given} is too large: an amount is at most {largest}"
)
NOT_A_QUANTITY = FaultKind(
    "holding.not_a_quantity", '{given} is not an exact quantity: write Decimal("0.125")'
)
QUANTITY_NEGATIVE = FaultKind(
    "holding.quantity_negative", "{given} is negative: write a quantity of 0 or more"
)
QUANTITY_TOO_LARGE = FaultKind(
    "holding.quantity_too_large", "{given} is too large: a quantity is at most {largest}"
)
NOT_A_SYMBOL = FaultKind(
    "holding.not_a_symbol",
    "{given} is not the symbol of a crypto-asset: "
    "write 1 to {most} capitals and figures, such as BTC",
)
DAY_OUT_OF_RANGE = FaultKind(
    "holding.day_out_of_range", "{given} is too far: write a day between {first} and {last}"
)
SOLD_WITH_LOANS = FaultKind(
    "holding.sold_with_loans",
    "a property sold on {sold_on} has no loan any more: remove its loans, or the day of the sale",
)
TOO_MANY_LINES = FaultKind(
    "holdings.too_many_lines",
    "there are {given} lines, more than one person's holdings may have: keep at most {most}",
)
AS_OF_NEEDED = FaultKind(
    "holdings.as_of_needed",
    "a document of the first version has no days: say the day its figures are of",
)

# What is noted of a profile of Atlas. Those of `INFORMATIVE` changed nothing that counts; with any
# other, something was left out.
ROUNDED = FaultKind("atlas.rounded", "{given} was rounded to {kept}")
SHORTENED = FaultKind("atlas.shortened", "the name was put on one line and shortened to {kept}")
SAID_ABSENT = FaultKind(
    "atlas.said_absent", "{flag} says that there is none, and {given} is told: it was kept"
)
PEL_AND_CEL = FaultKind(
    "atlas.pel_and_cel", "a PEL and a CEL are told as one amount: it was kept as a PEL"
)
OTHER_TOTAL = FaultKind(
    "atlas.other_total", "the total told is {given} and its lines add up to {kept}: they were kept"
)
APR_AS_RATE = FaultKind(
    "atlas.apr_as_rate", "the APR told, {given} %, was taken for the rate of the loan: check it"
)
DAY_MOVED = FaultKind(
    "atlas.day_moved", "the loan starts on {given}: its first instalment was set on {kept}"
)
TERMS_KEPT = FaultKind(
    "atlas.terms_kept",
    "{given} is told as owed, and the terms of the loan give {kept}: the terms were kept",
)
TERMS_MISSING = FaultKind(
    "atlas.terms_missing",
    "no {missing} of the loan can be read: {given} was kept as the balance of a credit",
)
READ_AS = FaultKind("atlas.read_as", "{given} was read as {kept}")
NOT_UNDERSTOOD = FaultKind(
    "atlas.not_understood", "{given} is not understood here: it was left out, enter it by hand"
)
MISSING = FaultKind("atlas.missing", "the line has no {missing}: it was left out, enter it by hand")
UNKNOWN_FIELD = FaultKind(
    "atlas.unknown_field", "this field is not known, and holds {given}: it was left out"
)
UNKNOWN_TEXT = FaultKind(
    "atlas.unknown_text", "this field is not known, and holds no figure: it was left out"
)
CREDIT_SAID_ABSENT = FaultKind(
    "atlas.credit_said_absent",
    "{flag} says that there is no loan, and {given} is told as lent: the loan was left out",
)

INFORMATIVE = frozenset(
    {
        ROUNDED,
        SHORTENED,
        SAID_ABSENT,
        PEL_AND_CEL,
        OTHER_TOTAL,
        APR_AS_RATE,
        DAY_MOVED,
        TERMS_KEPT,
        TERMS_MISSING,
        READ_AS,
        UNKNOWN_TEXT,
        CREDIT_SAID_ABSENT,
    }
)

# Of a table of holdings; a path such as ``line[12].amount`` holds the line of the file.
FILE_TOO_LARGE = FaultKind("csv.too_large", "the file is too large: it may have {limit} bytes")
NOT_A_TABLE = FaultKind(
    "csv.not_a_table", "the file is no table of texts: save it as CSV, in UTF-8"
)
NO_HEADER = FaultKind(
    "csv.no_header", "the first line has no column that is known: write some of {accepted}"
)
UNKNOWN_COLUMN = FaultKind(
    "csv.unknown_column", "{given} is not a column: the columns are {accepted}"
)
COLUMN_REPEATED = FaultKind("csv.column_repeated", "the column {given} comes twice: keep one")
CELL_MISSING = FaultKind("csv.cell_missing", "{column} is empty: it is needed for this line")
CELL_UNUSED = FaultKind(
    "csv.cell_unused", "{column} says nothing of such a line ({given}): leave it empty"
)
CELLS_TOO_MANY = FaultKind(
    "csv.cells_too_many", "the line has {given} cells and the first line {most}: quote the texts"
)
NOT_A_LINE = FaultKind("csv.not_a_line", "{given} is no kind of line: write one of {accepted}")
NOT_A_KIND = FaultKind("csv.not_a_kind", "{given} is not known here: write one of {accepted}")
NO_SUCH_PROPERTY = FaultKind(
    "csv.no_such_property",
    "there is no property {given} above this loan: write the loan below its property",
)
NOT_A_SHARE = FaultKind(
    "csv.not_a_share",
    "{given} is not a share in percent, above 0 and up to 100: write 50 for a half",
)
RATE_TOO_HIGH = FaultKind(
    "csv.rate_too_high", "{given} is too high for a rate in percent a year: write 3.35 for 3.35 %"
)
NOT_TERMS = FaultKind(
    "csv.not_terms", "{given} are no terms of a loan: write a JSON object, or leave them empty"
)
TERM_HAS_COLUMN = FaultKind(
    "csv.term_has_column", "this has a column of its own: write it under {column}"
)
