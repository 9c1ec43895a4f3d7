"""Whether an outlet of a NUT device is on, by what its driver shows. Pure.

The words of the driver decide: `outlet.7.status` "on" or "off". They do not count if the driver has
lost its device ("stale"), if "off" stands beside a meter of the outlet that shows power (a
"denial"), or if the outlet's group is off. Then the state is unknown, with the reason. The whole
load of a UPS has its own words, in `ups.status`, and other meters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ..shared.unknown_states import some
from .figures import reason_of_stale_values
from .numbers import BLANKS, parse_number
from .state_words import (
    PROTECTION_WORDS,
    STATUS_WORDS,
    SWITCH_WORDS,
    WORDS_WITHOUT_STATE,
    AmbiguousTable,
    StatusWord,
)

#: the fields of an outlet that hold its state; usbhid-ups shows `protect.status` beside the
#: `status` (mge-hid.c)
STATE_FIELDS: Mapping[str, Mapping[str, StatusWord]] = {
    "status": STATUS_WORDS,
    "switch": SWITCH_WORDS,
    "protect.status": PROTECTION_WORDS,
}
#: an outlet's own meters
METER_FIELDS = ("power", "realpower", "current")
#: what shows that the load of a UPS is fed
LOAD_METER = re.compile(
    r"ups\.(?:load|realpower|power)|output\.(?:L[1-3]\.)?(?:current|realpower|power)"
    r"|output\.(?:L[1-3](?:-(?:N|L[1-3]))?\.)?voltage"
)
_DEAD_VOLTS = 50.0  # below it an output is without power


class ShownState(NamedTuple):
    """What a driver shows of the state of one outlet.

    >>> shown = ShownState(
    ...     texts={"status": "off"},
    ...     meters={"realpower": "85.2"},
    ...     unproven_words=frozenset(),
    ...     table=None,
    ...     off_groups=[],
    ...     stale_reason="",
    ... )
    >>> state_of(shown).reason
    'it carries current, so it is not off as its NUT driver shows'
    """

    #: the texts by field, of STATE_FIELDS
    texts: Mapping[str, str]
    #: the texts by field, of METER_FIELDS; "" for one that only other outlets have
    meters: Mapping[str, str]
    #: words that are no state of this outlet
    unproven_words: frozenset[str]
    #: the table of its driver whose words prove no state; None if they do
    table: Optional[AmbiguousTable]
    #: the status of its group of outlets, if that is off
    off_groups: Sequence[str]
    #: why nothing of this is the state of now, as of a driver that lost its device; "" if it is
    stale_reason: str

    def words(self) -> list[Optional[StatusWord]]:
        """What each text says; None for one that says no state.

        >>> shown = ShownState({"status": "On "}, {}, frozenset(), None, [], "")
        >>> shown.words()[0].is_on, shown._replace(unproven_words=frozenset({"on"})).words()
        (True, [None])
        """
        words: list[Optional[StatusWord]] = []
        for field, text in self.texts.items():
            word = text.strip(BLANKS).lower()
            is_proof = word not in self.unproven_words
            words.append(STATE_FIELDS[field].get(word) if is_proof else None)
        return words


class OutletState(NamedTuple):
    """Whether an outlet is on, or why that is not known.

    >>> OutletState(True), OutletState(None, "it is pending")
    (OutletState(is_on=True, reason=''), OutletState(is_on=None, reason='it is pending'))
    """

    #: None: not known
    is_on: Optional[bool]
    #: why it is not known; "" if it is
    reason: str = ""


def state_of(shown: ShownState) -> OutletState:
    """The state of an outlet, by all that its driver shows of it.

    >>> shown = ShownState({"status": "off"}, {"realpower": "0"}, frozenset(), None, [], "")
    >>> state_of(shown)
    OutletState(is_on=False, reason='')

    It is unknown (`is_on` None) in these cases, of which the first that is met gives the reason:

    >>> state_of(shown._replace(stale_reason="driver.state reads 'reconnect.trying'")).reason
    "driver.state reads 'reconnect.trying'"
    >>> group = ["outlet.group.2.status reads 'off'"]
    >>> state_of(shown._replace(texts={"status": "on"}, off_groups=group)).reason
    "it is on, though its group of outlets is off: outlet.group.2.status reads 'off'"
    >>> state_of(shown._replace(meters={"realpower": "85.2"})).reason
    'it carries current, so it is not off as its NUT driver shows'
    >>> state_of(shown._replace(texts={"status": "cycling"})).reason
    "its NUT driver shows 'cycling': a change is under way"
    """
    if shown.stale_reason:
        return OutletState(None, shown.stale_reason)
    # texts that contradict each other show no state
    states = {word.is_on if word else None for word in shown.words()}
    is_on = states.pop() if len(states) == 1 else None
    if is_on and shown.off_groups:
        groups = some(shown.off_groups)
        return OutletState(None, f"it is on, though its group of outlets is off: {groups}")
    denial = _denial_of_off(shown.meters) if is_on is False else ""
    if is_on is not None and not denial:
        return OutletState(is_on)
    if shown.table is not None:
        return OutletState(None, shown.table.reason)
    if denial:
        return OutletState(None, f"{denial}, so it is not off as its NUT driver shows")
    return OutletState(None, _reason_of_texts(shown))


def _denial_of_off(meters: Mapping[str, str]) -> str:
    """Why an outlet that is shown as off is not: its meters show that it carries current, or none
    of them can be read. "" if nothing denies the off. `meters`: the texts by realpower, power (VA)
    and current.

    >>> _denial_of_off({"realpower": "85.2"}), _denial_of_off({"realpower": "n/a"})
    ('it carries current', 'none of its meters can be read')

    The current counts only without W and VA, because the meter of an open relay may show an offset
    (0.15 A at 0 W in a dump of an Eaton ePDU MA 1P):

    >>> _denial_of_off({"realpower": "0", "current": "0.15"}), _denial_of_off({"current": "0.15"})
    ('', 'it carries current')
    """
    figures: dict[str, float] = {}
    for field, text in meters.items():
        figure = parse_number(text)
        if figure is not None:
            figures[field] = figure
    if meters and not figures:
        return "none of its meters can be read"
    powers = [figure for field, figure in figures.items() if field != "current"]
    is_fed = any(figure > 0.0 for figure in powers or figures.values())
    return "it carries current" if is_fed else ""


def _reason_of_texts(shown: ShownState) -> str:
    """Why the words of the driver show no state: none, a word that is no state, an unknown word, or
    words that contradict each other.

    >>> shown = ShownState({"status": "cycling"}, {}, frozenset(), None, [], "")
    >>> _reason_of_texts(shown)
    "its NUT driver shows 'cycling': a change is under way"
    >>> _reason_of_texts(shown._replace(texts={"status": "on", "switch": "off"}))
    "its NUT driver shows 'on' and 'off', which contradict each other"
    """
    texts = [text.strip(BLANKS) for text in shown.texts.values()]
    if not texts:
        return "its NUT driver shows no state of it"
    for text in texts:
        if text.lower() in WORDS_WITHOUT_STATE:
            return f"its NUT driver shows '{text}': {WORDS_WITHOUT_STATE[text.lower()]}"
    # the whole texts, not as Python writes them: else a password in them is not recognised
    quoted_texts = [f"'{text}'" for text in texts]
    if None in shown.words():
        return f"its NUT driver shows {some(quoted_texts)}: not a known state"
    return f"its NUT driver shows {' and '.join(quoted_texts)}, which contradict each other"


def load_state(variables: Mapping[str, str]) -> OutletState:
    """The state of the whole load of a UPS, by the words of `ups.status`. OFF: it is off. OL (on
    line) or OB (on battery) without OFF: it is on.

    >>> load_state({"ups.status": "OL CHRG"}), load_state({"ups.status": "OFF"})
    (OutletState(is_on=True, reason=''), OutletState(is_on=False, reason=''))
    >>> load_state({"ups.status": "OFF", "ups.load": "20"}).reason
    "its ups.status 'OFF' says off, but ups.load reads '20'"
    """
    stale_reason = reason_of_stale_values(variables)
    if stale_reason:
        return OutletState(None, stale_reason)
    text = variables.get("ups.status", "")
    words = text.upper().split()
    if "OFF" in words:
        denial = _denial_of_load(variables)
        if denial:
            return OutletState(None, f"its ups.status '{text}' says off, but {denial}")
        return OutletState(is_on=False)
    if "OL" in words or "OB" in words:
        return OutletState(is_on=True)
    return OutletState(None, f"its ups.status '{text}' says neither on nor off")


def _denial_of_load(variables: Mapping[str, str]) -> str:
    """Why the load of a UPS with the word OFF in `ups.status` is not off: it is on bypass, its
    output has more than 50 V, or a meter of its load is above 0 or cannot be read. "" if nothing
    denies it.

    >>> _denial_of_load({"ups.status": "OFF", "output.voltage": "230"})
    "output.voltage reads '230'"
    >>> _denial_of_load({"ups.status": "OFF", "output.voltage": "3.1"})
    ''
    >>> _denial_of_load({"ups.status": "OFF BYPASS"})
    'it is on bypass'

    Some of NUT's tables write OFF for units that feed their load: mge-mib.c on battery, apc-mib.c
    in software bypass, eaton-ups-pxg-mib.c on the maintenance bypass, xppc-mib.c in standby.
    """
    if "BYPASS" in variables["ups.status"].upper().split():
        return "it is on bypass"
    for name, text in variables.items():
        if LOAD_METER.fullmatch(name):
            figure = parse_number(text)
            limit = _DEAD_VOLTS if name.endswith("voltage") else 0.0
            if figure is None or figure > limit:
                return f"{name} reads '{text}'"
    return ""
