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
        # a profile takes no other OIDs
        text = (row.text or "").strip(BLANKS) if oid[:1] == (1,) else ""
        for separator in _SEPARATORS:
            values = tuple(value.strip(BLANKS) for value in text.split(separator))
            words = {value.lower() for value in values}
            if not _FEWEST <= len(values) <= _MOST:
                continue
            are_numbers = words <= {"0", "1"}
            if are_numbers or words <= ON_WORDS | OFF_WORDS:
                doubt = NOT_SHOWN if are_numbers else words_doubt(words)
                mib_object = mib.objects.get(oid) or mib.objects.get(oid[:-1])
                doubt = doubt or name_doubt(mib_object)
                guess_list.append(
                    PackedGuess(
                        oid,
                        separator,
                        values,
                        f"{dotted(oid)} holds {len(values)} values for on or off in one "
                        f"string: '{printable(text, 40)}'",
                        doubt,
                    )
                )
    return sorted(
        guess_list, key=lambda guess: (-len(guess.values), not set(guess.values) - {"0"}, guess.oid)
    )
