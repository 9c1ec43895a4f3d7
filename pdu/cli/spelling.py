"""Words that were typed with other letters than were meant. Pure.

Cyrillic letters look like Latin ones, as in `АР8959`; a word may have been typed in the other
keyboard layout, as `фзс8959` is typed for `apc8959`; and letters look like digits, as in
`PX3-519OR`; and a text editor makes other dashes, digits and quotes, as in `1–3`, `—yes` and `“1”`.
Such a word is reported, never taken for the other one. A spelling is another way to write it, with
the letters that were probably meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Callable

from handlers.shared.errors import printable
from handlers.shared.similar_names import similar_names

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
# a dash also stands for the two hyphens of an option
_QUOTES = "«»“”„‘’‚"
_DASHES = str.maketrans("‐‑‒–—−", "------")


def likely_spellings(text: str) -> list[str]:
    """The other spellings of a text that may have been meant, the most likely first; empty if the
    text has no sign that may stand for another one.

    >>> likely_spellings("фзс8959"), likely_spellings("PX3-519OR"), likely_spellings("apc")
    (['apc8959'], ['PX3-5190R'], [])
    >>> likely_spellings("—yes")
    ['--yes', '-yes']
    """
    keyboard_text = _of_a_keyboard(text)
    if keyboard_text != text:
        spellings = [keyboard_text, *likely_spellings(keyboard_text)]
        if text[0] in "–—":  # it also stands for two hyphens
            spellings.insert(0, f"-{keyboard_text}")
        return spellings
    if not _CYRILLIC.search(text):
        spelling_with_digits = _BESIDE_DIGIT.sub(lambda letter: letter[0].translate(_DIGITS), text)
        return [spelling_with_digits] if spelling_with_digits != text else []
    latin_texts = [text.translate(_ALIKE), text.translate(_LAYOUT)]
    return [latin for latin in dict.fromkeys(latin_texts) if not _CYRILLIC.search(latin)]


def _of_a_keyboard(text: str) -> str:
    """The text with the dashes, digits and letters of a keyboard, without a text editor's quotes
    around it.

    >>> _of_a_keyboard("“1–3”")
    '1-3'
    """
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip(_QUOTES)


def confusion(text: str) -> str:
    """Which signs of a text stand for others, as words for a sentence: `it has ...`. The text has
    another likely spelling.

    >>> confusion("PX3-519OR")
    'letters in place of digits'
    """
    if _of_a_keyboard(text) != text:
        return "dashes, digits or quotes of another form"
    return "Cyrillic letters" if _CYRILLIC.search(text) else "letters in place of digits"


def meant(word: str, names: Iterable[str]) -> str:
    """The question `did you mean ...?` for a word that is none of these names, with the name that
    was probably meant: one that looks alike in other letters, else one with nearly the same
    letters. "" if none is near.

    >>> meant("stats", ["status", "find"])
    'did you mean status?'
    >>> meant("xyzzy", ["status", "find"])
    ''
    """
    all_names = list(names)
    advice = look_alike(word, all_names.__contains__, all_names)
    similar = similar_names(word, all_names)
    if similar and not advice:
        return f"did you mean {printable(similar[0], 60)}?"
    return advice


def look_alike(word: str, is_known: Callable[[str], object], names: Iterable[str] = ()) -> str:
    """The question `did you mean ...?` for a word, with the known word that looks like it or has
    the same keys in the other keyboard layout; "" if there is none. `is_known`: whether a spelling
    is a known word. `names`: known words that may themselves be in the other letters.

    >>> look_alike("аpc", ["apc"].__contains__)
    "it has Cyrillic letters: did you mean 'apc'?"
    """
    for spelling in likely_spellings(word):
        if is_known(spelling):
            return f"it has {confusion(word)}: did you mean {printable(spelling, 60)!r}?"
    for name in names:
        if word in likely_spellings(name):
            return f"did you mean {printable(name, 60)!r}, which has {confusion(name)}?"
    return ""
