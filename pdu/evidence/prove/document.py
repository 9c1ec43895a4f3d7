"""proof.json: what was asked, and what came back. The only module that writes it.

The file is the JSON of a `UnitProof`, with `"proof": "pdu-proof 3"` before its fields and the
recording as a list of lines, so that its owner can look through it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

FORMAT = "pdu-proof 3"
UNIT, SIMULATED = "unit", "simulated"


@dataclass(frozen=True)
class ProvenOutlet:
    """One outlet in the answer to a call. Its name is left out: it tells what is plugged in."""

    #: as the handler lists it
    identity: str
    #: on, off or unknown; "" where the call tells no state
    state: str
    #: in A; None if the call tells none
    current_a: Optional[float] = None
    #: in kWh; None if the call tells none
    energy_kwh: Optional[float] = None


@dataclass(frozen=True)
class ProvenCall:
    """One call of the handler, and its answer."""

    #: status, statistic, port_down or port_up
    method: str
    #: in s since the first call began
    at_s: float = 0.0
    #: how long it took, in s
    seconds: float = 0.0
    #: in the handler's order
    outlets: tuple[ProvenOutlet, ...] = ()
    #: in A; None if the call tells none
    load_a: Optional[float] = None
    #: in kWh; None if the call tells none
    energy_kwh: Optional[float] = None
    #: of the error with which it ended: its kind, and its type with the line of this pack that
    #: raised it; "" for none
    error_kind: str = ""
    error: str = ""
    #: its words, for the terminal: they are not in the file, because they may be the device's
    reason: str = ""

    def state(self, identity: str) -> str:
        """The state of an outlet, "unknown" if it is not there."""
        states = (outlet.state for outlet in self.outlets if outlet.identity == identity)
        return next(states, "unknown")


@dataclass(frozen=True)
class UnitProof:
    """The content of a file about one unit."""

    #: UNIT or SIMULATED; only the first can become evidence
    basis: str
    #: the day, YYYY-MM-DD in UTC
    made: str
    #: version of the pack
    version: str
    #: of Python
    python: str
    handler: str
    #: the SNMP family, or the handler's own word; "" if not known
    family: str
    #: as the unit says; "" if it does not
    manufacturer: str
    model: str
    firmware: str
    #: handler settings without which it reads otherwise
    settings: Mapping[str, str]
    #: the number printed on the unit, by identity, where the handler knows it
    numbers: Mapping[str, str]
    #: the outlet of --outlet; "" for none
    outlet: str
    #: in order
    calls: tuple[ProvenCall, ...]
    #: the recording, scrubbed, as `pdu record` writes it; "" if none could be made
    recording: str
    #: why not, and what `pdu record` says of it
    notes: tuple[str, ...]

    def first(self, method: str) -> Optional[ProvenCall]:
        """The first call of this method."""
        return next((call for call in self.calls if call.method == method), None)


def proof_text(proof: UnitProof) -> str:
    """The file's text."""
    content = {**dataclasses.asdict(proof), "recording": proof.recording.split("\n")}
    for call in content["calls"]:
        del call["reason"]  # for the terminal alone: it may quote the device
    return json.dumps({"proof": FORMAT, **content}, indent=1, allow_nan=False) + "\n"
