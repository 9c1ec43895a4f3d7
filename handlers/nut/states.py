"""Whether an outlet of a NUT device is on, by what its driver shows. Pure.

Its words decide (state_words.py); the state of the driver, its own meters and its group may deny
them. The whole load of a UPS has its own words, and other meters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Optional

from ..shared.unknown_states import some
from .figures import reason_of_stale_values
from .groups import GROUP, off_groups_text
from .numbers import BLANKS, parse_number
from .state_words import (
    PROTECTION_WORDS,
    STATUS_WORDS,
    SWITCH_WORDS,
    WORDS_WITHOUT_STATE,
    AmbiguousTable,
    StatusWord,
)

#: an outlet's own meters
METERS = ("power", "realpower", "current")
#: what shows that the load of a UPS is fed
LOAD_METER = re.compile(
    r"ups\.(?:load|realpower|power)|output\.(?:L[1-3]\.)?(?:current|realpower|power)"
    r"|output\.(?:L[1-3](?:-(?:N|L[1-3]))?\.)?voltage"
)
_DEAD_VOLTS = 50.0  # below it an output is without power


class OutletState(NamedTuple):
    """Whether an outlet is on, or why that is not known."""

    #: None: not known
    is_on: Optional[bool]
    #: why it is not known; "" if it is
    reason: str = ""

    @classmethod
    def unknown(cls, reason: str) -> OutletState:
        """A state that is not known, for this reason."""
        return cls(None, reason)


def state_of(
    values: Mapping[str, str],
    unproven_words: frozenset[str] = frozenset(),
    table: Optional[AmbiguousTable] = None,
) -> OutletState:
    """The state by the values of an outlet's `state_variables` and `meter_variables`.

    Unknown is also the state that a driver shows after it lost its device, a word in
    `unproven_words`, an off that a meter denies, and an on behind an open breaker. `table`: the
    driver's, whose words prove no state.
    """
    stale_reason = reason_of_stale_values(values)
    if stale_reason:
        return OutletState.unknown(stale_reason)
    if "ups.status" in values:  # the whole load of a UPS, which has no outlet's variables
        return _state_of_load(values)
    is_on = _shown_state(values, unproven_words)
    open_breakers = off_groups_text(values)
    if is_on and open_breakers:
        return OutletState.unknown(
            f"it is on, though the breaker of its group is off: {open_breakers}"
        )
    if is_on:
        return OutletState(is_on=True)
    denial = _denial_of_outlet(values)
    if is_on is False and not denial:
        return OutletState(is_on=False)
    if table is not None:
        return OutletState.unknown(table.reason)
    if is_on is False:
        return OutletState.unknown(f"{denial}, so it is not off as its NUT driver shows")
    return OutletState.unknown(_reason_of_words(values, unproven_words))


def _reason_of_words(values: Mapping[str, str], unproven_words: frozenset[str]) -> str:
    """Why the words of the driver show no state."""
    texts = [text.strip(BLANKS) for text in _state_texts(values).values()]
    if not texts:
        return "its NUT driver shows no state of it"
    for text in texts:
        if text.lower() in WORDS_WITHOUT_STATE:
            return f"its NUT driver shows '{text}': {WORDS_WITHOUT_STATE[text.lower()]}"
    # the whole texts, not as Python writes them: else a password in them is not recognised
    quoted_texts = [f"'{text}'" for text in texts]
    if None in words_of(values, unproven_words):
        return f"its NUT driver shows {some(quoted_texts)}: not a known state"
    return f"its NUT driver shows {' and '.join(quoted_texts)}, which contradict each other"


def _state_texts(values: Mapping[str, str]) -> dict[str, str]:
    """The variables of an outlet that hold words of its state: `.status` and `.switch`."""
    texts: dict[str, str] = {}
    for variable, text in values.items():
        is_of_group = GROUP in variable
        if variable.endswith((".status", ".switch")) and not is_of_group:
            texts[variable] = text
    return texts


def _shown_state(values: Mapping[str, str], unproven_words: frozenset[str]) -> Optional[bool]:
    """The state that all words of the driver show, whatever the meters do; None if they differ."""
    states = [word.is_on if word else None for word in words_of(values, unproven_words)]
    if len(set(states)) != 1:
        return None
    return states[0]


def _denial_of_outlet(values: Mapping[str, str]) -> str:
    """Why an outlet is not off: its W or VA are above 0; its A if it meters neither; or it has
    meters, and none can be read. "" if nothing denies it. An open relay may have an offset in A:
    0.15 A at 0 W, 0 VA and 0 V in a dump of an Eaton ePDU MA 1P.
    """
    meters = [name for name in values if name.endswith(METERS)]
    figure_by_meter: dict[str, float] = {}
    for name in meters:
        figure = parse_number(values[name])
        if figure is not None:
            figure_by_meter[name] = figure
    if meters and not figure_by_meter:
        return "none of its meters can be read"
    powers = [figure for name, figure in figure_by_meter.items() if not name.endswith("current")]
    figures = powers or figure_by_meter.values()
    return "it carries current" if any(figure > 0.0 for figure in figures) else ""


def _denial_of_load(values: Mapping[str, str]) -> str:
    """Why the load of a UPS is not off; "" if nothing denies it. Some of NUT's tables write OFF for
    units that feed their load: mge-mib.c on battery, apc-mib.c in software bypass,
    eaton-ups-pxg-mib.c on the maintenance bypass, xppc-mib.c in standby.
    """
    if "BYPASS" in values["ups.status"].upper().split():
        return "it is on bypass"
    for name, text in values.items():
        if not LOAD_METER.fullmatch(name):
            continue
        figure = parse_number(text)
        limit = _DEAD_VOLTS if name.endswith("voltage") else 0.0
        if figure is None or figure > limit:
            return f"{name} reads '{text}'"
    return ""


def words_of(
    values: Mapping[str, str], unproven_words: frozenset[str]
) -> list[Optional[StatusWord]]:
    """What each word of the status and the switch says, by the table of its variable; None for a
    word that says no state. The meters are not looked at."""
    words: list[Optional[StatusWord]] = []
    for variable, text in _state_texts(values).items():
        word = text.strip(BLANKS).lower()
        table = STATUS_WORDS
        if variable.endswith(".switch"):
            table = SWITCH_WORDS
        elif variable.endswith(".protect.status"):
            table = PROTECTION_WORDS
        words.append(None if word in unproven_words else table.get(word))
    return words


def _state_of_load(values: Mapping[str, str]) -> OutletState:
    """The state of the whole load of a UPS."""
    is_on = _load_state(values)
    status = f"its ups.status '{values['ups.status']}' says"
    if is_on is None:
        return OutletState.unknown(f"{status} neither on nor off")
    denial = "" if is_on else _denial_of_load(values)
    if denial:
        return OutletState.unknown(f"{status} off, but {denial}")
    return OutletState(is_on)


def _load_state(values: Mapping[str, str]) -> Optional[bool]:
    """What the words of a UPS's `ups.status` say of its load; None if they do not tell.

    OFF: it is off. OL (on line) or OB (on battery) without OFF: it is on.
    """
    words = values["ups.status"].upper().split()
    if "OFF" in words:
        return False
    if "OL" in words or "OB" in words:
        return True
    return None
