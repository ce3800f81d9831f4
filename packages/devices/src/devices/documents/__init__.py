"""Documents of the shop.

The map::

    words             amounts in words, as a cheque, an invoice or a cash-out slip carries them
    currency_words    how each currency and its subunit are called, in each language
"""

from devices.documents.words import amount_in_words, number_in_words, spoken_currencies

__all__ = ["amount_in_words", "number_in_words", "spoken_currencies"]
