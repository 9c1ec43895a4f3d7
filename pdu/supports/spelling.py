"""Words that were typed with Cyrillic letters in place of Latin ones. Pure.

Some look alike, as in `АР8959`; and a word may have been typed in the other keyboard layout, as
`фзс8959` is typed for `apc8959`. Such a word is told, never taken for the other one.
"""

from __future__ import annotations

import re

_CYRILLIC = re.compile("[\u0400-\u04ff]")
# letters that have the same form in both alphabets
_ALIKE = str.maketrans("АВЕКМНОРСТУХЅІЈасеорхуѕіј", "ABEKMHOPCTYXSIJaceopxysij")
# the keys of the Russian layout and those of the English one, row by row
_LAYOUT = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>",
)


def latin_spellings(text: str) -> list[str]:
    """What may have been meant by a text with Cyrillic letters; none for one without."""
    if not _CYRILLIC.search(text):
        return []
    spellings = (text.translate(_ALIKE), text.translate(_LAYOUT))
    return [spelling for spelling in dict.fromkeys(spellings) if not _CYRILLIC.search(spelling)]
