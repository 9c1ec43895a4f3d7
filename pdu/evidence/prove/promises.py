"""What `pdu prove` can show on a unit: the promises of docs/dev/evidence.md, whose second table is
made from this one.
"""

from __future__ import annotations

from typing import NamedTuple

READING, SWITCHING = "reading", "switching"


class Promise(NamedTuple):
    """One promise of the pack."""

    key: str
    #: READING or SWITCHING
    needs: str
    #: what the pack promises
    sentence: str
    #: how `pdu prove` tries it
    tried: str


PROMISES = (
    Promise(
        "list",
        READING,
        "each outlet of the unit is listed, and a list shorter than the unit's own count is an"
        " error",
        "the list, the unit's own count, and the owner's count of the front",
    ),
    Promise(
        "states",
        READING,
        "UP and DOWN are what the unit shows",
        "the owner types which outlets are dark",
    ),
    Promise(
        "twice",
        READING,
        "two readings of a unit that nobody touches agree, and identities stay",
        "a second reading five minutes later",
    ),
    Promise(
        "recording",
        READING,
        "a recording reads as the unit does",
        "the recording is replayed and read by the same handler",
    ),
    Promise(
        "load",
        READING,
        "the load is what the unit shows",
        "the owner types the amperes of the unit's display",
    ),
    Promise(
        "sums",
        READING,
        "figures of outlets and of the inlet are of one scale",
        "the sum of the outlets beside the inlet, in W, else in A",
    ),
    Promise(
        "watts", READING, "watts and amperes are of one scale", "W divided by A beside mains volts"
    ),
    Promise(
        "energy",
        READING,
        "the energy is the unit's counter of the same power",
        "kWh between two readings beside the power in between",
    ),
    Promise(
        "switches",
        SWITCHING,
        "a command switches its outlet, and the result is a state that the unit reported",
        "off, on, off, on; the time until the unit reports it",
    ),
    Promise(
        "answered",
        SWITCHING,
        "a command that was not answered is never told as done",
        "each of the commands",
    ),
    Promise(
        "stays",
        SWITCHING,
        "a state that was reported stays",
        "readings 1 s and 3 s after each command",
    ),
    Promise(
        "meter",
        SWITCHING,
        "an outlet that is reported off carries nothing",
        "the outlet's own meter and the inlet's, if something is plugged in",
    ),
    Promise(
        "dark",
        SWITCHING,
        "an outlet that is reported off is off",
        "the owner looks while it is reported off",
    ),
    Promise(
        "neighbours",
        SWITCHING,
        "a command moves no other outlet",
        "the states of all other outlets after each command",
    ),
    Promise(
        "restored",
        SWITCHING,
        "the outlet ends as it began",
        "a last reading, by the process that guards the outlet",
    ),
)
BY_KEY = {promise.key: promise for promise in PROMISES}


def markdown() -> str:
    """The promises as a table for docs/dev/evidence.md."""
    rows = (f"| `{promise.key}` | {promise.sentence} | {promise.tried} |" for promise in PROMISES)
    return "\n".join(("| | promise | how `pdu prove` tries it |", "|---|---|---|", *rows))
