"""Words that were typed with other letters than were meant. Pure.

Cyrillic letters look like Latin ones, as in `АР8959`; a word may have been typed in the other
keyboard layout, as `фзс8959` is typed for `apc8959`; and letters look like digits, as in
`PX3-519OR`. Such a word is told, never taken for the other one.
"""

from __future__ import annotations

import re

_CYRILLIC = re.compile("[\u0400-\u04ff]")
# letters that have the same form in both alphabets
_ALIKE = str.maketrans("АВЕКМНОРСТУХЅІЈасеорхуѕіј", "ABEKMHOPCTYXSIJaceopxysij")
# letters that look like digits, and where they may stand for one
_DIGITS = str.maketrans("OoIl", "0011")
_BESIDE_DIGIT = re.compile(r"(?<=\d)[OoIl]|[OoIl](?=\d)")
# the keys of the Russian layout and those of the English one, row by row
_LAYOUT = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>",
)


def likely_spellings(text: str) -> list[str]:
    """What may have been meant by a text, the most likely first; none if nothing is confused."""
    if not _CYRILLIC.search(text):
        spelling = _BESIDE_DIGIT.sub(lambda match: match[0].translate(_DIGITS), text)
        return [spelling] if spelling != text else []
    spellings = (text.translate(_ALIKE), text.translate(_LAYOUT))
    return [spelling for spelling in dict.fromkeys(spellings) if not _CYRILLIC.search(spelling)]


def confusion(text: str) -> str:
    """What is confused in a text that has another likely spelling, for people."""
    return "Cyrillic letters" if _CYRILLIC.search(text) else "letters in place of digits"
