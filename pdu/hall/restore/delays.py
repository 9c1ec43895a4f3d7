"""What is wrong with the delays of a hall, and delays with which each breaker holds the return.
Pure; nothing is written to a PDU.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ...core.cli.report import few
from ...pdus.adapters.power_restore import NOT_KNOWN, OFF, OutletRestorePolicy
from ...pdus.saved_readings import HallReadings, MeasuredPdu
from ...site.drawing.drawing import Cord, HallNode, Machine
from ..drawings.checking import Finding
from ..failure.hall_model import HallModel
from .model import MANY, ReturnModel, ReturnOutcome

#: cords of one machine that close within so many seconds are alike
_ALIKE_S = 5.0
#: between two outlets of one PDU, in s: longer than any first half-wave, and than a timer's second
STEP_S = 2
#: the longest delay that every family with delays takes: PowerNet-MIB allows 300 s
_LONGEST_S = 300


class Delays(NamedTuple):
    """A proposal."""

    #: PDU -> its outlets with the delay of each, in s
    pdus: Mapping[str, Sequence[tuple[str, int]]]
    #: PDUs whose page has the wait after an outlet in place of its delay
    sequences: Sequence[str]
    #: lines and breakers that hold with it, and that did not before
    mended: Sequence[str]
    #: those of which nobody can say so even then, or that trip
    left: Sequence[str]
    #: PDUs that stay as they are, because they have no delay to set
    unchanged: Sequence[str] = ()


def findings(hall: HallModel, outcomes: Sequence[ReturnOutcome]) -> list[Finding]:
    """All of them, without doubles."""
    machines, readings = hall.drawing.machines.values(), hall.readings
    unread_counts: Counter[str] = Counter()
    for cord in (cord for machine in machines for cord in machine.cords):
        measured_pdu, outlet = readings.pdus.get(cord.pdu), readings.outlet(*cord)
        has_relay = measured_pdu is None or not measured_pdu.metered
        if has_relay and (outlet is None or outlet.power_on is None):
            unread_counts[cord.pdu] += 1
    all_findings = [
        *(finding for outcome in outcomes for finding in _together(outcome)),
        *(finding for machine in machines for finding in _differ(readings, machine)),
    ]
    for pdu, count in unread_counts.items():
        what = f"what {count} of its outlets do when power comes back was not read"
        all_findings.append(Finding("not-read", pdu, what))
    return list(dict.fromkeys(all_findings))


def _together(outcome: ReturnOutcome) -> Iterable[Finding]:
    for breaker in outcome.breakers:
        if breaker.together >= MANY:
            rating = "a" if breaker.rating_a is None else f"one {breaker.rating_a:g} A"
            what = f"{breaker.together} outlets close in the same moment on {rating} breaker"
            yield Finding("close-together", breaker.name, what)


def _differ(readings: HallReadings, machine: Machine) -> Iterable[Finding]:
    policies: dict[Cord, OutletRestorePolicy] = {}
    for cord in machine.cords:
        outlet = readings.outlet(*cord)
        policy = None if outlet is None else outlet.power_on
        if policy is not None and policy.state != NOT_KNOWN:
            policies[cord] = policy
    states = {policy.state for policy in policies.values()}
    times = [p.earliest_s for p in policies.values() if p.earliest_s == p.latest_s]
    if len(states) > 1 or (times and max(times) - min(times) > _ALIKE_S):
        text = few([f"{cord}: {_words(policy)}" for cord, policy in policies.items()], 4)
        yield Finding("cords-differ", machine.name, f"its cords differ: {text}")


def _words(policy: OutletRestorePolicy) -> str:
    state = {OFF: "stays off"}.get(policy.state, policy.state)
    if policy.latest_s is None or policy.state == OFF:
        return state
    return f"{state} after {policy.earliest_s:g} s"


def proposal(
    hall: HallModel,
    back: ReturnModel,
    nodes: Sequence[HallNode],
    outcomes: Sequence[ReturnOutcome],
) -> Optional[Delays]:
    """Delays for all outlets of machines: those of one PDU close one after the other, and the cords
    of one machine together; of PDUs that they help. None if every breaker fits as it is.
    `outcomes`: the orders of these nodes in the hall as it is.
    """
    bad = _names_to_mend(outcomes)
    if not bad:
        return None
    unchanged_pdus = _pdus_without_delays(hall)
    slots = _slots(hall, unchanged_pdus)
    if not slots:
        return Delays({}, [], [], sorted(bad), unchanged_pdus)
    pdus: dict[str, MeasuredPdu] = dict(hall.readings.pdus)
    lists: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for cord, seconds in slots.items():
        measured_pdu = pdus[cord.pdu]
        outlet = measured_pdu.outlets[cord.outlet]
        state = outlet.power_on.state if outlet.power_on is not None else NOT_KNOWN
        delayed_outlet = outlet._replace(power_on=OutletRestorePolicy(state, seconds, seconds))
        pdus[cord.pdu] = measured_pdu._replace(
            outlets={**measured_pdu.outlets, cord.outlet: delayed_outlet}
        )
        lists[cord.pdu].append((cord.outlet, seconds))
    delayed_hall = HallModel(hall.drawing, hall.readings._replace(pdus=pdus))
    open_names = _names_to_mend(back.of(delayed_hall).orders(nodes))
    mended_breakers = bad - open_names
    carriers = delayed_hall.graph.carriers
    helped_pdus = {
        cord.pdu
        for cord, node in delayed_hall.graph.outlets.items()
        if any(carriers[n].name in mended_breakers for n in delayed_hall.carriers_above(node))
    }
    delays = {pdu: outlets for pdu, outlets in lists.items() if pdu in helped_pdus}
    return Delays(
        delays,
        [pdu for pdu in delays if _has_sequence(hall.readings.pdus[pdu])],
        sorted(mended_breakers),
        sorted(open_names),
        unchanged_pdus,
    )


def _has_sequence(pdu: MeasuredPdu) -> bool:
    policies = [outlet.power_on for outlet in pdu.outlets.values()]
    return any(policy is not None and policy.is_sequence for policy in policies)


def _names_to_mend(outcomes: Iterable[ReturnOutcome]) -> set[str]:
    return {
        breaker.name for outcome in outcomes for breaker in outcome.breakers if breaker.is_to_mend
    }


def _pdus_without_delays(hall: HallModel) -> list[str]:
    """The PDUs of machines of which an outlet has no delay that can be set, such as latching
    relays.
    """
    pdus: set[str] = set()
    for machine in hall.drawing.machines.values():
        for cord in machine.cords:
            outlet = hall.readings.outlet(*cord)
            if outlet is None or outlet.power_on is None or not outlet.power_on.can_be_delayed:
                pdus.add(cord.pdu)
    return sorted(pdus)


def _slots(hall: HallModel, unchanged_pdus: Collection[str]) -> dict[Cord, int]:
    """The outlet of each cord whose delay can be set -> its delay in s."""
    slots_by_pdu: dict[str, set[int]] = defaultdict(set)
    delay_by_cord: dict[Cord, int] = {}
    for machine in hall.drawing.machines.values():
        # two cords on one PDU take two moments, those of several PDUs the same
        ranks: Counter[str] = Counter()
        places: list[tuple[Cord, int]] = []
        for cord in machine.cords:
            if cord.pdu not in unchanged_pdus and not hall.readings.pdus[cord.pdu].metered:
                places.append((cord, ranks[cord.pdu]))
                ranks[cord.pdu] += 1
        first = next(
            at
            for at in itertools.count()
            if all(at + rank not in slots_by_pdu[cord.pdu] for cord, rank in places)
        )
        for cord, rank in places:
            slots_by_pdu[cord.pdu].add(first + rank)
            delay_by_cord[cord] = min((first + rank) * STEP_S, _LONGEST_S)
    return delay_by_cord
