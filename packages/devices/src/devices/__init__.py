"""The shop's devices and the documents they print.

Map:
    documents.words   an amount of money written out in words, in French or in English
    errors            what can be refused, and why
    testing           Hypothesis strategies for other projects' tests (extra ``testing``)

    >>> from shared_kernel import money
    >>> amount_in_words(money("1250000", "GNF"))
    'un million deux cent cinquante mille francs guinéens'
"""

from devices.documents.words import amount_in_words, number_in_words, spoken_currencies
from devices.errors import DevicesError, WordsError

__all__ = [
    "DevicesError",
    "WordsError",
    "amount_in_words",
    "number_in_words",
    "spoken_currencies",
]
