"""Outlets as people type them: `3`, `1-4`, `1..4`, `1,2`, a name on the label. Pure.

An identity that the PDU lists means that outlet. Any other word must have one meaning: a name that
one outlet has, or a list of identities, names and ranges of identities. `1-4` and `2.1-2.4` are
ranges: the numbers rise, what is before them is equal, and the PDU lists each outlet between them.

An identity or a name that is also the number printed at another outlet is refused; `identity:3` is
outlet 3, whatever numbers and names there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Optional

from handlers.shared.errors import NoSuchOutlet, printable

from ..cli.error_output import Usage
from ..cli.spelling import look_alike

# what can only be an identity, so that no reading is needed to know what it means
_PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")
#: begins a word of identities alone
IDENTITY = "identity:"
_OPTION = re.compile("--[a-z][a-z-]*")
_RANGE = re.compile(r"(.*?)([0-9]{1,9})(?:-|\.\.)(.*?)([0-9]{1,9})")


def is_one_outlet(word: str) -> bool:
    """Whether a word is neither a range nor a list: it is an identity, else a name."""
    return bool(word) and ".." not in word and not re.search(r"[\s,-]", word)


def resolve(
    words: Sequence[str], names: Mapping[str, str], numbers: Mapping[str, str]
) -> list[str]:
    """The identities that these words mean, each once. `names`, `numbers`: identity → name, and
    number printed on the unit; "" for none.

    Raises NoSuchOutlet, and Usage for a word with two meanings and for words that together are a
    name.
    """
    _refuse_words_of_a_name(words, names)
    no_names = dict.fromkeys(names, "")
    identities: list[str] = []
    try:
        for word in words:
            if word.startswith(IDENTITY):
                identities += _identities_of(word.removeprefix(IDENTITY), no_names)
                continue
            identities += _identities_of(word, names)
            _refuse_other_numbers(word, names, numbers)
    except NoSuchOutlet as error:
        may_be_a_name = len(words) > 1 and not _meanings(words[0], names)
        may_be_a_name = may_be_a_name and not all(word[:1].isdigit() for word in words)
        if not may_be_a_name:
            raise
        text = printable(" ".join(words), 60)
        advice = f"a name with blanks needs quotes, as in {text!r}"
        raise NoSuchOutlet(f"{error.reason}; {advice}") from None
    return list(dict.fromkeys(identities))


def plain_identity(word: str, *, numbers_are_identities: bool) -> str:
    """The identity 3 of the word `identity:3`, and of `3` where numbers are identities; "" for
    other words.
    """
    identity = word.removeprefix(IDENTITY)
    is_identity = identity != word or numbers_are_identities
    return identity if is_identity and _PLAIN.fullmatch(identity) else ""


def word_for(identity: str, numbers: Mapping[str, str]) -> str:
    """The word that means the outlet of this identity; `numbers` as in `resolve`."""
    return f"{IDENTITY}{identity}" if _with_number(identity, numbers, [identity]) else identity


def refuse_options(words: Sequence[str]) -> None:
    """Raise Usage for a word such as `—yes`: an option whose dashes were changed."""
    for word in words:
        advice = look_alike(word, _OPTION.fullmatch)
        if advice:
            raise Usage(f"{printable(word, 60)!r} is no outlet: {advice}")


def _refuse_words_of_a_name(words: Sequence[str], names: Mapping[str, str]) -> None:
    """Raise Usage for `Outlet 1` without its quotes, which may also mean outlet 1 and another."""
    for begin in range(len(words)):
        for end in range(begin + 2, len(words) + 1):  # two words or more
            text = _normalized_blanks(" ".join(words[begin:end]))
            identities = _with_name(text, names)
            if identities:
                raise Usage(
                    f"{printable(text, 60)!r} is the name of outlet {', '.join(identities)}:"
                    " nothing was done; put a name with blanks in quotes, or give identities"
                )


def _refuse_other_numbers(word: str, names: Mapping[str, str], numbers: Mapping[str, str]) -> None:
    """Raise NoSuchOutlet if a part of a word means one outlet and is the number of another."""
    texts: list[str] = []
    for part in _normalized_blanks(word).split(","):
        texts += _range(part, names) or [part]
    for text in texts:
        identities = _with_identity(text, names) or _with_name(text, names)
        numbered_identities = _with_number(text, numbers, identities)
        if not identities or not numbered_identities:
            continue
        spellings: list[str] = []
        for identity in (*identities, *numbered_identities):
            spellings.append(printable(f"{IDENTITY}{identity}", 60))
        shown_text = printable(text, 60)
        raise NoSuchOutlet(
            f"{shown_text!r} is outlet {', '.join(identities)}, and number {shown_text} on the unit"
            f" is outlet {', '.join(numbered_identities)}: nothing was done; write"
            f" {' or '.join(spellings)}"
        )


def _identities_of(word: str, names: Mapping[str, str]) -> Sequence[str]:
    """The outlets of the one meaning that a word has.

    Raises NoSuchOutlet for a word that means no outlet, and one of several that have this name;
    Usage for a word that means different outlets.
    """
    meanings = _meanings(word, names)
    if not meanings:
        raise NoSuchOutlet(_why(word, names))
    first_meaning, *other_meanings = meanings
    if other_meanings and all(len(meaning) == 1 for meaning in meanings):
        raise NoSuchOutlet(_why(word, names))  # several outlets have this name or identity
    if all(meaning == first_meaning for meaning in other_meanings):
        return first_meaning
    texts: list[str] = []
    for meaning in meanings:
        noun = "outlets" if len(meaning) > 1 else "outlet"
        texts.append(f"{noun} {', '.join(meaning)}")
    shown_word = repr(printable(word, 60))
    raise Usage(
        f"{shown_word} is {' and also '.join(texts)}: nothing was done; give identities one by one"
    )


def _meanings(word: str, names: Mapping[str, str]) -> list[list[str]]:
    """Everything that a word may mean, each as identities: the outlet of this identity, else each
    outlet of this name; a range; and, with commas, what its parts mean together.
    """
    text = _normalized_blanks(word)
    outlet_identities = _with_identity(text, names) or _with_name(text, names)
    meanings = [[identity] for identity in outlet_identities]
    outlet_range = _range(text, names)
    if outlet_range is not None:
        meanings.append(outlet_range)
    parts = text.split(",")
    if len(parts) > 1 and all(_meanings(part, names) for part in parts):
        identities: list[str] = []
        for part in parts:
            identities += _identities_of(part, names)
        meanings.append(identities)
    return meanings


def _with_identity(text: str, names: Mapping[str, str]) -> list[str]:
    """The identities that are this text; several if they differ in their blanks alone."""
    return [identity for identity in names if _normalized_blanks(identity) == text]


def _with_name(text: str, names: Mapping[str, str]) -> list[str]:
    """The identities of the outlets with this name."""
    if not text:  # an outlet without a name has ""
        return []
    return [identity for identity, name in names.items() if _normalized_blanks(name) == text]


def _with_number(
    text: str, numbers: Mapping[str, str], other_identities: Sequence[str]
) -> list[str]:
    """The identities of the outlets with this number printed on the unit, without the others."""
    identities: list[str] = []
    for identity, number in numbers.items():
        if _normalized_blanks(number) == text and identity not in other_identities:
            identities.append(identity)
    return identities


def is_same_name(name: str, other_name: str) -> bool:
    """Whether two texts are one name for who searches: case does not count."""
    return _normalized_blanks(name).casefold() == _normalized_blanks(other_name).casefold()


def _normalized_blanks(text: str) -> str:
    """The one rule for blanks, of words, identities and names: one stands between two words, and
    none around the text and beside its commas.
    """
    parts = [" ".join(part.split()) for part in text.split(",")]
    return ",".join(parts)


def _range(word: str, names: Mapping[str, str]) -> Optional[list[str]]:
    """The outlets of `1-8` or `2.1-2.8`; None for another word, or if one of them is missing."""
    match = _RANGE.fullmatch(word)
    if match is None:
        return None
    prefix, digits, last_prefix, last_digits = match.groups()
    first_number, last_number = int(digits), int(last_digits)
    if prefix != last_prefix:
        return None
    if digits != str(first_number) or last_digits != str(last_number):
        return None  # 01 is another identity than 1
    if not first_number < last_number < first_number + len(names):
        return None  # it falls, or the PDU has fewer outlets
    identities = [f"{prefix}{number}" for number in range(first_number, last_number + 1)]
    has_all = all(_with_identity(identity, names) == [identity] for identity in identities)
    return identities if has_all else None


def _advice(unknown_part: str, names: Mapping[str, str]) -> str:
    """The only outlet that was probably meant, else which ones the PDU has."""
    outlet_names = [name for name in names.values() if name]
    known_words = [*names, *outlet_names]
    advice = look_alike(unknown_part, lambda text: _meanings(text, names), known_words)
    if advice:
        return advice
    identities = list(names)
    if len(identities) > 1:
        whole_range = f"{identities[0]}-{identities[-1]}"
        if _range(whole_range, names) == identities:
            return f"it has {whole_range}; status lists them"
    return "status lists its outlets"


def _why(word: str, names: Mapping[str, str]) -> str:
    """Why a word means no outlet."""
    text = _normalized_blanks(word)
    parts = text.split(",")
    for part in (text, *parts):
        equal_identities = _with_identity(part, names)
        if len(equal_identities) > 1:
            return _equal_identities_text(part, len(equal_identities))
        namesakes = _with_name(part, names)
        if not equal_identities and len(namesakes) > 1:
            shown_name = repr(printable(part, 60))
            return f"outlets {', '.join(namesakes)} have the name {shown_name}: give an identity"
    if len(parts) > 1 and "" in parts:
        return f"{printable(word, 60)!r} has no outlet beside a comma: write 1,2 without blanks"
    unknown_parts = [part for part in parts if not _meanings(part, names)]
    return _unknown_text(word, unknown_parts[0] if unknown_parts else word, names)


def _unknown_text(word: str, unknown_part: str, names: Mapping[str, str]) -> str:
    """The sentence that the PDU does not have a part of a typed word, or all of it. Of a range, it
    names the first outlet that the PDU does not have.
    """
    absent_identity = unknown_part
    advice = _advice(unknown_part, names)
    outlet_range = _RANGE.fullmatch(unknown_part)
    if outlet_range is not None and outlet_range[1] == outlet_range[3]:
        prefix, digits, _, last_digits = outlet_range.groups()
        if int(digits) < int(last_digits):
            absent_identity = _first_absent(prefix, digits, last_digits, names)
        else:
            advice += "; the numbers of a range rise, as in 1-4"
    equal_identities = _with_identity(absent_identity, names)
    if len(equal_identities) > 1:
        return _equal_identities_text(absent_identity, len(equal_identities))
    of_word = "" if absent_identity == word else f", of {printable(word, 60)!r}"
    return f"the PDU has no outlet {printable(absent_identity, 60)!r}{of_word}; {advice}"


def _equal_identities_text(identity: str, count: int) -> str:
    """The sentence for so many identities that no word tells apart."""
    return (
        f"the PDU has {count} outlets whose identity is {printable(identity, 60)!r}, with other"
        " blanks: no word means one of them"
    )


def _first_absent(prefix: str, digits: str, last_digits: str, names: Mapping[str, str]) -> str:
    """The first identity of a rising range that is not that of one outlet; the last if all are."""
    # the ends as they were typed: 01 is another identity than 1
    first_identity, last_identity = f"{prefix}{digits}", f"{prefix}{last_digits}"
    if _with_identity(first_identity, names) != [first_identity]:
        return first_identity
    for number in range(int(digits), int(last_digits)):
        identity = f"{prefix}{number}"
        if _with_identity(identity, names) != [identity]:
            return identity
    return last_identity
