"""The form in which words of a question and of the tables are compared. Pure.

Case, hyphens and blanks do not count: `ap 8959`, `AP-8959` and `AP8959` are the same name. Every
module of `pdu supports` compares words in this form, and makes it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# Words that name no product: alone they find nothing, beside a name they change nothing. `basic` is
# not among them, because basic PDUs have no network interface. Some are parts of vendors' names,
# such as Server Technology, which count as a whole.
GENERIC = frozenset(
    """
    a also am an and are as at before behind by can com do does each first for from has have how i
    in is it its know later legacy like listed made maker model models my name named newer not
    number of older on or other others reads series support supported supports that the to tools
    two type up version we what which whose with without you
    american company control controller conversion corp digital electric electronic enterprise
    example firmware gmbh inc international ltd network networks products project public server
    servers solution solutions system systems technologies technology web western
    0u 1u 2u bar bars blue branch breaker cable card cards cascaded chain circuit classic console
    copy daisy device display distribution driver energy environmental ethernet extension floor
    gateway horizontal hybrid inlet inline input intelligent json line load management manager
    managers meter metered metering mib mini modular module modules monitor monitored monitoring
    object master outlet outlets output outputs ats pdu pdus phase plug plugs plus power primary pro
    processing rack racks relay relays schemas simple single smart snmp socket sockets static strip
    strips switch switched switches switching three transfer tree unit units upgradeable vertical
    u zero
    """.upper().split()
)
_LEAST = 3  # letters of a word from a description; shorter ones need a digit
_MOST_WORDS = 4096
_CYRILLIC = re.compile("[\u0400-\u04ff]")


class Word(NamedTuple):
    """A word or name, as it was written and as it is compared."""

    text: str
    #: in upper case, without blanks, hyphens and the like
    compact: str
    #: what stands between these, in upper case
    parts: tuple[str, ...]

    @property
    def is_generic(self) -> bool:
        """Whether it names no product. A word of Cyrillic letters names one only as a whole name of
        the tables.
        """
        return all(part in GENERIC or _CYRILLIC.match(part) for part in self.parts)


@lru_cache(_MOST_WORDS)
def normalized(text: str) -> Word:
    """The word or name in the form in which it is compared."""
    parts = re.findall("[A-Z0-9\u0400-\u04ff]+", text.upper())
    return Word(text, "".join(parts), tuple(parts))


def compact_names(texts: Iterable[str]) -> frozenset[str]:
    """The names, each in upper case, without blanks, hyphens and the like."""
    return frozenset(normalized(text).compact for text in texts)


def product_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of descriptions that may name a product."""
    words: set[str] = set()
    for text in texts:
        words.update(filter(_may_name_product, normalized(text).parts))
    return frozenset(words)


def _may_name_product(part: str) -> bool:
    """Whether a word is long or has a digit, is no number, and is not generic."""
    is_long = len(part) >= _LEAST or re.search(r"\d", part) is not None
    return is_long and not part.isdigit() and part not in GENERIC
