"""Finds strings that may hold the states of outlets ("1,1,0,1") in a recording. Pure."""

from __future__ import annotations

from typing import NamedTuple

from handlers.shared.errors import printable

from ...recordings.snmp.recorded_rows import Arcs, Rows, dotted
from .columns import BLANKS, NOT_SHOWN, OFF_WORDS, ON_WORDS, name_doubt, words_doubt
from .mib import Mib

_SEPARATORS = (",", ";", "|", " ")
_FEWEST, _MOST = 4, 64  # limits for the number of outlets in a string


class PackedGuess(NamedTuple):
    """A text with a value for each outlet.

    `doubt`: why the values may mean something else, or "".
    """

    oid: Arcs
    separator: str
    values: tuple[str, ...]
    evidence: str
    doubt: str


def find_packed_strings(rows: Rows, mib: Mib) -> list[PackedGuess]:
    """The strings, those with the most values first.

    Of strings with equally many values, those of only zeros come last.
    """
    guess_list = []
    for oid, row in rows.items():
        if row.text is None or oid[:1] != (1,):
            continue  # a profile takes no other OIDs
        text = row.text.strip(BLANKS)
        mib_object = mib.objects.get(oid) or mib.objects.get(oid[:-1])
        for separator in _SEPARATORS:
            values = tuple(value.strip(BLANKS) for value in text.split(separator))
            if not _FEWEST <= len(values) <= _MOST:
                continue
            words = {value.lower() for value in values}
            if words <= {"0", "1"}:
                doubt = NOT_SHOWN
            elif words <= ON_WORDS | OFF_WORDS:
                doubt = words_doubt(words)
            else:
                continue
            guess = PackedGuess(
                oid=oid,
                separator=separator,
                values=values,
                evidence=(
                    f"{dotted(oid)} holds {len(values)} values for on or off in one "
                    f"string: '{printable(text, 40)}'"
                ),
                doubt=doubt or name_doubt(mib_object),
            )
            guess_list.append(guess)
    return sorted(guess_list, key=_place_of_guess)


def _place_of_guess(guess: PackedGuess) -> tuple[int, bool, Arcs]:
    are_zeros = set(guess.values) == {"0"}
    return -len(guess.values), are_zeros, guess.oid
