"""What ends evidence: a cord that carried in the trial and carries nothing, another unit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Optional

from ...pdus.states import UP
from .alive import why_not_dead
from .evidence import MachineEvidence, VerifiedCord
from .machine_power import MachinePower, OffProof, Readings, find_outlet
from .meters import is_nothing, shows
from .observations import ObservationStore
from .pdu_access import PduAccess


def find_contradictions(
    machine: MachinePower,
    readings: Readings,
    pdu_access: PduAccess,
    proof: OffProof,
    evidence: MachineEvidence,
    store: ObservationStore,
) -> list[str]:
    """Why these readings, and those that are kept, end what a trial has shown: a cord that carried
    then carries nothing while its outlet is on, whatever the others carry. It is read again when
    each meter has renewed its figures, as its outlet may have been switched on a moment ago, and
    then kept in the store.

    Absence of load is not death: a machine whose cords are all in other outlets reads so, too. Only
    if it was asked and does not answer, nothing is said.
    """
    keys = [outlet_key(cord) for cord in evidence.cords]
    doubts = store.doubts_since(evidence.at, keys)
    idle = [c for c in _idle_cords(readings, evidence, proof) if outlet_key(c) not in doubts]
    reasons: list[str] = []
    if idle:
        pdu_access.sleep(evidence.renewed_s)
        readings = pdu_access.read_pdus(machine.pdus)
        still_idle = _idle_cords(readings, evidence, proof)
        idle = [cord for cord in idle if cord in still_idle]
    if idle and why_not_dead(proof.alive):
        now = pdu_access.now()
        for cord in idle:
            if _is_metering(readings, cord, proof):
                store.keep(
                    outlet_key(cord),
                    now,
                    f"{cord} stopped to carry at {clock(now)}: is its supply dead, or the cord in"
                    " another outlet? The cabling has to be tried anew",
                )
            else:
                reasons.append(
                    f"{cord} carries nothing while it is on, nor does anything else at {cord.pdu}:"
                    " its metering may have restarted"
                )
    return [*store.doubts_since(evidence.at, keys).values(), *reasons]


def _idle_cords(
    readings: Readings, evidence: MachineEvidence, proof: OffProof
) -> list[VerifiedCord]:
    """The cords that carried in the trial and carry nothing, while their outlets are on."""
    outlet_by_cord = {cord: find_outlet(readings, cord) for cord in evidence.cords}
    return [
        cord
        for cord, outlet in outlet_by_cord.items()
        if cord.load.has_load
        and outlet is not None
        and outlet.state is UP
        and is_nothing(outlet.draw, proof.threshold_a)
    ]


def _is_metering(readings: Readings, cord: VerifiedCord, proof: OffProof) -> bool:
    """Whether the metering of its PDU runs: another outlet shows something, or the inlet does."""
    reading = readings[cord.pdu]
    draws = [reading.inlet, *(outlet.draw for outlet in reading.outlets.values())]
    return any(shows(draw, proof.threshold_a) for draw in draws)


def why_other_unit(
    evidence: MachineEvidence, serials: Mapping[str, Optional[str]], pdu_access: PduAccess
) -> str:
    """Why the PDUs are not those of the evidence, by serial numbers that were read; else ""."""
    for cord in evidence.cords:
        serial = serials.get(cord.pdu)
        if serial is None:
            return f"{cord.pdu}'s serial number could not be read"
        same = serial == cord.serial and (serial or pdu_access.key(cord.pdu) == cord.device)
        if not same:
            unit_now, unit_then = serial or pdu_access.key(cord.pdu), cord.serial or cord.device
            return (
                f"{cord.pdu} is another unit ({unit_now}) than when its cabling was tried"
                f" ({unit_then})"
            )
    return ""


def outlet_key(cord: VerifiedCord) -> str:
    """How the store names an outlet: nothing is believed of another PDU under the same name."""
    return f"{cord.device} {cord.serial} {cord.outlet}"


def clock(at: float) -> str:
    """A time for people."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
