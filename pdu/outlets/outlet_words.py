"""Outlets as people type them: `3`, `1-4`, `1..4`, `1,2`, a name on the label. Pure.

A PDU lists outlets by identities, such as "3" or "2.3". An outlet may have a name ("web-7"), and a
number is printed beside it on the unit, which may differ from its identity. `names` and `numbers`
map each identity to these; "" for none.

A word, one argument of a command line, is an identity that the PDU lists, else a name that one
outlet has, else the number printed at one outlet, a range of identities, or several of these with
commas. Its meaning is the identities of the outlets that it stands for. A word with two meanings
is refused, and so is an identity or a name that is also the number printed at another outlet.
`identity:3` is outlet 3, whatever numbers and names there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from handlers.shared.errors import NoSuchOutlet, printable

from ..cli.error_output import Usage
from ..cli.spelling import look_alike

#: begins a word of identities alone
IDENTITY = "identity:"
_OPTION = re.compile("--[a-z][a-z-]*")
_RANGE = re.compile(r"(.*?)([0-9]{1,9})(?:-|\.\.)(.*?)([0-9]{1,9})")


def is_one_outlet(word: str) -> bool:
    """Whether a word cannot be a range or a list of outlets. It says False also for a name such as
    `web-7` or `web 1`, which is looked up among all outlets then.

    >>> [is_one_outlet(word) for word in ("2.7", "db", "1-4", "1,2", "web 1")]
    [True, True, False, False, False]
    """
    return bool(word) and ".." not in word and not re.search(r"[\s,-]", word)


def is_same_name(name: str, other_name: str) -> bool:
    """Whether two texts are one name for who searches: case and blanks do not count."""
    return _normalized(name).casefold() == _normalized(other_name).casefold()


def word_for(identity: str, numbers: Mapping[str, str]) -> str:
    """What to type for the outlet of this identity: the identity, with `identity:` before it if
    this is also the number of another outlet.

    >>> word_for("0", {"0": "1", "1": "2"})
    '0'
    >>> word_for("1", {"0": "1", "1": "2"})
    'identity:1'
    """
    other_identities = _others_with_number(identity, numbers, [identity])
    return f"{IDENTITY}{identity}" if other_identities else identity


def resolve(
    words: Sequence[str], names: Mapping[str, str], numbers: Mapping[str, str]
) -> list[str]:
    """The identities of the outlets that these words mean, each once. Raises NoSuchOutlet for a
    word with no meaning or several, and Usage for words that together are a name.

    >>> names = {"2-28": "", "3-28": "web"}
    >>> resolve(["3"], names, {"2-28": "2", "3-28": "3"})
    ['3-28']
    >>> resolve(["identity:3-28", "web"], names, {})
    ['3-28']
    >>> resolve(["identity:web"], names, {})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.NoSuchOutlet: the PDU has no outlet 'web'; status lists its outlets
    """
    _refuse_words_of_a_name(words, names)
    # behind `identity:`, neither a name nor a number counts
    no_names = dict.fromkeys(names, "")
    identities: list[str] = []
    for word in words:
        if word.startswith(IDENTITY):
            identity_text = word.removeprefix(IDENTITY)
            meanings = _meanings(_normalized(identity_text), no_names, {})
            identities += _only_meaning(identity_text, meanings, no_names, numbers)
        else:
            identities += _identities(word, names, numbers)
            _refuse_other_numbers(word, names, numbers)
    return list(dict.fromkeys(identities))


def refuse_options(words: Sequence[str]) -> None:
    """Raise Usage for a word that is an option whose two hyphens an editor made a dash.

    >>> refuse_options(["3", "— spare —"])
    >>> refuse_options(["3", "—yes"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.cli.error_output.Usage: '—yes' is no outlet: ... did you mean '--yes'?
    """
    for word in words:
        advice = look_alike(word, _OPTION.fullmatch)
        if advice:
            raise Usage(f"{printable(word, 60)!r} is no outlet: {advice}")


def _normalized(text: str) -> str:
    """The text with one blank between two words, and none around it and beside its commas.

    >>> _normalized(" web  1 , db ")
    'web 1,db'
    """
    parts = [" ".join(part.split()) for part in text.split(",")]
    return ",".join(parts)


def _identities(word: str, names: Mapping[str, str], numbers: Mapping[str, str]) -> Sequence[str]:
    """The identities that a word means. Raises NoSuchOutlet for no meaning and for several.

    >>> _identities("1-2", {"1": "web", "2": ""}, {})
    ['1', '2']
    """
    meanings = _meanings(_normalized(word), names, numbers)
    return _only_meaning(word, meanings, names, numbers)


def _only_meaning(
    word: str,
    meanings: Sequence[Sequence[str]],
    names: Mapping[str, str],
    numbers: Mapping[str, str],
) -> Sequence[str]:
    """The identities that a word means, the single one of its `meanings`. Raises NoSuchOutlet if
    there is none, with what may have been meant, and if there are several, with how to write each.

    >>> names = {"1": "web", "2": "web"}
    >>> _only_meaning("1", [["1"]], names, {})
    ['1']
    >>> _only_meaning("web", [["1"], ["2"]], names, {})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.NoSuchOutlet: 'web' is outlet 1 and also outlet 2: nothing was done; ...
    """
    if len(meanings) == 1:
        return meanings[0]
    if not meanings:
        raise NoSuchOutlet(_unknown_text(word, names, numbers))
    texts: list[str] = []
    spellings: list[str] = []
    for meaning in meanings:
        noun = "outlets" if len(meaning) > 1 else "outlet"
        texts.append(f"{noun} {', '.join(meaning)}")
        spellings.append(f"{IDENTITY}{','.join(meaning)}")
    raise NoSuchOutlet(
        f"{printable(word, 60)!r} is {' and also '.join(texts)}: nothing was done; write"
        f" {printable(' or '.join(spellings), 200)}"
    )


def _meanings(
    text: str, names: Mapping[str, str], numbers: Mapping[str, str]
) -> list[Sequence[str]]:
    """All meanings of a word; each is the list of identities of outlets. `text`: the word without
    superfluous blanks. It may mean the outlet of this identity, else each outlet of this name; a
    range; with commas, what its parts mean together. If it means none of these, it means each
    outlet at which this number is printed.

    >>> names = {"1": "web", "2": "db", "1-2": ""}
    >>> [_meanings(word, names, {"2": "9"}) for word in ("web", "web,2", "9")]
    [[['1']], [['1', '2']], [['2']]]
    >>> _meanings("1-2", names, {})  # one outlet has this identity
    [['1-2'], ['1', '2']]
    """
    meanings: list[Sequence[str]] = [[identity] for identity in _with_text(text, names)]
    outlet_range = _range(text, len(names))
    if outlet_range and all(_with_text(each, names) == [each] for each in outlet_range):
        meanings.append(outlet_range)
    parts = text.split(",")
    if len(parts) > 1 and all(_meanings(part, names, numbers) for part in parts):
        identities: list[str] = []
        for part in parts:
            identities += _identities(part, names, numbers)
        meanings.append(identities)
    if meanings or not text:
        return meanings
    return [[identity] for identity in _others_with_number(text, numbers, [])]


def _with_text(text: str, names: Mapping[str, str]) -> list[str]:
    """The identities that are this text; if there is none, those of the outlets with this name.

    >>> names = {"1": "2", "2": "db", "3": "db"}
    >>> _with_text("2", names), _with_text("db", names), _with_text("", names)
    (['2'], ['2', '3'], [])
    """
    same_identities = [identity for identity in names if _normalized(identity) == text]
    if same_identities or not text:  # an outlet without a name has ""
        return same_identities
    return [identity for identity, name in names.items() if _normalized(name) == text]


def _range(text: str, most: int) -> Sequence[str]:
    """The identities from first to last of a text such as `1-8` or `2.1-2.8`, whether the PDU has
    them or not; empty for a text that is no range. Of a range longer than `most`, the number of
    outlets of the PDU, the first `most` and one more, so that it is seen as too long.

    >>> _range("2.1-2.3", 8)
    ['2.1', '2.2', '2.3']
    >>> _range("1-99", 2)
    ['1', '2', '3']
    >>> _range("01-3", 8)
    []
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return []
    prefix, first_digits, last_prefix, last_digits = match.groups()
    first_number, last_number = int(first_digits), int(last_digits)
    # 01 is another identity than 1
    is_plain = (str(first_number), str(last_number)) == (first_digits, last_digits)
    if prefix != last_prefix or not is_plain or first_number >= last_number:
        return []
    last_number = min(last_number, first_number + most)
    return [f"{prefix}{number}" for number in range(first_number, last_number + 1)]


# ---- what is refused -----------------------------------------------------------------------------


def _refuse_words_of_a_name(words: Sequence[str], names: Mapping[str, str]) -> None:
    """Raise Usage if words that follow each other are the name of an outlet, such as `Outlet 1`
    that was typed without quotes: its `1` alone may mean another outlet.

    >>> _refuse_words_of_a_name(["1", "2"], {"1": "Outlet 1", "2": ""})
    >>> _refuse_words_of_a_name(["Outlet", "1"], {"1": "Outlet 1"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.cli.error_output.Usage: 'Outlet 1' is the name of outlet 1: nothing was done; ...
    """
    identity_by_name = {_normalized(name): identity for identity, name in names.items() if name}
    for begin, end in combinations(range(len(words) + 1), 2):
        text = _normalized(" ".join(words[begin:end]))
        if end - begin > 1 and text in identity_by_name:
            raise Usage(
                f"{printable(text, 60)!r} is the name of outlet {identity_by_name[text]}: nothing"
                " was done; put a name with blanks in quotes, or give identities"
            )


def _refuse_other_numbers(word: str, names: Mapping[str, str], numbers: Mapping[str, str]) -> None:
    """Raise NoSuchOutlet if a word, or a part of its list or range, is the identity or the name of
    one outlet and the number printed at another.

    >>> names = {"0": "", "1": ""}
    >>> _refuse_other_numbers("1", names, {"0": "0", "1": "1"})
    >>> _refuse_other_numbers("0-1", names, {"0": "1", "1": "2"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.NoSuchOutlet: '1' is outlet 1, and number 1 on the unit is outlet 0: ...
    """
    for part in _normalized(word).split(","):
        for text in _range(part, len(names)) or [part]:
            identities = _with_text(text, names)
            other_identities = _others_with_number(text, numbers, identities)
            if not identities or not other_identities:
                continue
            spellings = [f"{IDENTITY}{identity}" for identity in (*identities, *other_identities)]
            shown_text = printable(text, 60)
            raise NoSuchOutlet(
                f"{shown_text!r} is outlet {', '.join(identities)}, and number {shown_text} on the"
                f" unit is outlet {', '.join(other_identities)}: nothing was done; write"
                f" {printable(' or '.join(spellings), 200)}"
            )


def _others_with_number(
    text: str, numbers: Mapping[str, str], identities: Sequence[str]
) -> list[str]:
    """The identities of the outlets at which this number is printed, without those in `identities`.

    >>> _others_with_number("2", {"0.1": "1", "0.2": "2", "2": "9"}, ["2"])
    ['0.2']
    """
    other_identities: list[str] = []
    for identity, number in numbers.items():
        if _normalized(number) == text and identity not in identities:
            other_identities.append(identity)
    return other_identities


def _unknown_text(word: str, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """The reason of the error for a word without a meaning: which outlet the PDU does not have, of
    a list or a range the first one, and what may have been meant.

    >>> _unknown_text("1,9", {"1": "", "2": ""}, {})
    "the PDU has no outlet '9', of '1,9'; it has 1-2; status lists them"
    >>> _unknown_text("1-3", {"1": "", "2": ""}, {"2": "3"})
    "the PDU has no outlet '3', of '1-3'; number 3 on the unit is outlet 2"
    """
    text = _first_missing(word, names, numbers)
    of_word = "" if text == word else f", of {printable(word, 60)!r}"
    numbered_identities = _others_with_number(text, numbers, [])
    if len(numbered_identities) == 1 and text:
        advice = f"number {text} on the unit is outlet {numbered_identities[0]}"
    else:
        advice = _advice(text, names)
    return f"the PDU has no outlet {printable(text, 60)!r}{of_word}; {advice}"


def _first_missing(word: str, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """The part of a word without a meaning that stands for no outlet: of a list its first such
    part, and of a range the first identity that the PDU does not have.

    >>> names = {"1": "", "2": ""}
    >>> _first_missing("9", names, {}), _first_missing("1,7-9", names, {})
    ('9', '7')
    """
    text = _normalized(word)
    for part in text.split(","):
        if not _meanings(part, names, numbers):
            text = part
            break
    for identity in _range(text, len(names)):
        if _with_text(identity, names) != [identity]:
            return identity
    return text


def _advice(text: str, names: Mapping[str, str]) -> str:
    """What to type in place of a text that is no outlet, as the end of a sentence: the name or
    identity that was typed in another alphabet or keyboard layout, else what outlets the PDU has.

    >>> _advice("ЦУИ-7", {"1": "WEB-7"})
    "it has Cyrillic letters: did you mean 'WEB-7'?"
    >>> _advice("9", {"1": "web-7", "2": ""})
    'it has 1-2; status lists them'
    >>> _advice("9", {"1.1": "", "2.1": ""})
    'status lists its outlets'
    """
    # a name that is only similar is another server's
    known_words = {*names, *names.values()} - {""}
    advice = look_alike(text, lambda other: bool(_meanings(other, names, {})), sorted(known_words))
    if advice:
        return advice
    identities = list(names)
    if identities:
        whole_range = f"{identities[0]}-{identities[-1]}"
        if list(_range(whole_range, len(names))) == identities:
            return f"it has {whole_range}; status lists them"
    return "status lists its outlets"
