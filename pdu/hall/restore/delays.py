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
    unique_findings = dict[Finding, None]()
    for outcome in outcomes:
        unique_findings.update((finding, None) for finding in _together(outcome))
    unread: dict[str, int] = {}
    for machine in hall.drawing.machines.values():
        unique_findings.update((finding, None) for finding in _differ(hall.readings, machine))
        for cord in machine.cords:
            measured_pdu = hall.readings.pdus.get(cord.pdu)
            outlet = hall.readings.outlet(*cord)
            has_relay = measured_pdu is None or not measured_pdu.metered
            if has_relay and (outlet is None or outlet.power_on is None):
                unread[cord.pdu] = unread.get(cord.pdu, 0) + 1
    for pdu, count in unread.items():
        what = f"what {count} of its outlets do when power comes back was not read"
        unique_findings[Finding("not-read", pdu, what)] = None
    return list(unique_findings)


def _together(outcome: ReturnOutcome) -> Iterable[Finding]:
    for breaker in outcome.breakers:
        if breaker.together >= MANY:
            rating = "a" if breaker.rating_a is None else f"one {breaker.rating_a:g} A"
            what = f"{breaker.together} outlets close in the same moment on {rating} breaker"
            yield Finding("close-together", breaker.name, what)


def _differ(readings: HallReadings, machine: Machine) -> Iterable[Finding]:
    policies = [
        (cord, outlet.power_on)
        for cord in machine.cords
        for outlet in (readings.outlet(*cord),)
        if outlet is not None and outlet.power_on is not None and outlet.power_on.state != NOT_KNOWN
    ]
    states = {policy.state for _, policy in policies}
    text = few([f"{cord}: {_words(policy)}" for cord, policy in policies], 4)
    if len(states) > 1:
        yield Finding("cords-differ", machine.name, f"its cords differ: {text}")
        return
    times = [policy.earliest_s for _, policy in policies if policy.earliest_s == policy.latest_s]
    if times and max(times) - min(times) > _ALIKE_S:
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
    outcomes: Optional[Sequence[ReturnOutcome]] = None,
) -> Optional[Delays]:
    """Delays for all outlets of machines: those of one PDU close one after the other, and the cords
    of one machine together; of PDUs that they help. None if every breaker fits as it is.
    `outcomes`: of the hall as it is.
    """
    bad = _names_to_mend(back.orders(nodes) if outcomes is None else outcomes)
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
    sequences = [
        pdu
        for pdu in lists
        if any(
            outlet.power_on is not None and outlet.power_on.is_sequence
            for outlet in hall.readings.pdus[pdu].outlets.values()
        )
    ]
    delayed_hall = HallModel(hall.drawing, hall.readings._replace(pdus=pdus))
    left = _names_to_mend(back.of(delayed_hall).orders(nodes))
    mended_breakers = bad - left
    helped_pdus = {
        cord.pdu
        for cord, node in delayed_hall.graph.outlets.items()
        if any(
            delayed_hall.graph.carriers[n].name in mended_breakers
            for n in delayed_hall.carriers_above(node)
        )
    }
    return Delays(
        {pdu: outlets for pdu, outlets in lists.items() if pdu in helped_pdus},
        [pdu for pdu in sequences if pdu in helped_pdus],
        sorted(mended_breakers),
        sorted(left),
        unchanged_pdus,
    )


def _names_to_mend(outcomes: Iterable[ReturnOutcome]) -> set[str]:
    return {
        breaker.name for outcome in outcomes for breaker in outcome.breakers if breaker.is_to_mend
    }


def _pdus_without_delays(hall: HallModel) -> list[str]:
    """The PDUs of machines of which an outlet has no delay that can be set, such as latching
    relays.
    """
    pdus: dict[str, None] = {}
    for machine in hall.drawing.machines.values():
        for cord in machine.cords:
            outlet = hall.readings.outlet(*cord)
            if outlet is None or outlet.power_on is None or not outlet.power_on.can_be_delayed:
                pdus[cord.pdu] = None
    return sorted(pdus)


def _slots(hall: HallModel, unchanged_pdus: Collection[str]) -> dict[Cord, int]:
    """The outlet of each cord whose delay can be set -> its delay in s."""
    slots_by_pdu: dict[str, set[int]] = defaultdict(set)
    delay_by_cord: dict[Cord, int] = {}
    for machine in hall.drawing.machines.values():
        cords = [
            cord
            for cord in machine.cords
            if cord.pdu not in unchanged_pdus and not hall.readings.pdus[cord.pdu].metered
        ]
        # two cords on one PDU take two moments, those of several PDUs the same
        ranks: Counter[str] = Counter()
        places: list[tuple[Cord, int]] = []
        for cord in cords:
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
