"""What each PDU gives to each customer: the lines of his statement.

Shares wait in a file for each PDU, so that memory is for one PDU and one customer at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import IO, Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ..audit import checks
from ..audit.pdu_audit import AuditedRegister, AuditScope, PduAudit, PduWalk, audit_registers
from ..journal.journals import DayBlocks, MeterJournal
from ..journal.readings import PduReadings
from ..registers.customers import Customers, OutletTenancy, Place, cut
from ..registers.meter_facts import RegisterFacts
from ..registers.numpy_lazy import np
from ..registers.poll import OWN
from ..registers.unit_aliases import UnitEvidence
from . import document, figures, power
from .daily_energy import DayEnergy
from .figures import OutletReadings, Rules, StatementFigures, SurchargeFactors
from .held_readings import HeldReadings, HeldTime
from .numbers import BilledReadings, HeldOutlet
from .tariff_file import Tariff


class StatementInputs(NamedTuple):
    """What statements are made of."""

    folder: str
    source: MeterJournal
    #: finished files of the period, and around it
    paths: Sequence[str]
    begin: float
    end: float
    #: with the customers as tenures
    audit_scope: AuditScope
    customers: Customers
    rules: Rules
    factors: SurchargeFactors
    #: its periods are those of the rules
    tariff: Tariff
    #: the day of writing, such as 2026-11-02
    date: str
    #: outlet -> its machine
    machines: Mapping[Place, str]
    #: outlet -> what people call it
    names: Mapping[Place, str]
    #: whether this is for a look: nothing gets a number
    is_draft: bool = False
    #: the first day of the period's files, and the PDUs of which earlier days are needed, too
    first_day: str = ""
    hole_pdus: Collection[str] = ()


def outlet_labels(source: MeterJournal, paths: Sequence[str]) -> Mapping[Place, str]:
    """What people call outlets, as the lines of units in the last of these files say it."""
    for path in reversed(paths):
        label_by_place: dict[Place, str] = {}
        has_units = False
        for line in source.lines(path):
            if line.body.startswith(b'"unit":'):
                has_units = True
                unit = json.loads(b"{" + line.body)
                pairs = zip(unit.get("outlets", ()), unit.get("names", ()))
                label_by_place.update(
                    {(unit["name"], outlet): name for outlet, name in pairs if name}
                )
        if has_units:
            return label_by_place
    return {}


class CustomerShare(NamedTuple):
    """What a customer gets of an outlet, in the file of its PDU."""

    customer: str
    outlet: HeldOutlet
    path: str
    #: where it begins in the file
    at: int

    @staticmethod
    def pieces(line_figures: StatementFigures) -> Iterator[bytes]:
        """The line of the statement and its number of quarter hours, then these."""
        line, flow, energies = line_figures
        yield f"{json.dumps([line, energies, len(flow.numbers)])}\n".encode()
        yield flow.numbers.tobytes() + flow.kilowatts.tobytes()

    def figures(self) -> StatementFigures:
        """The line of the statement."""
        with open(self.path, "rb") as file:
            file.seek(self.at)
            line, days, count = json.loads(file.readline())
            columns = [np.frombuffer(file.read(8 * count), dtype) for dtype in ("i8", "f8")]
        span = (document.parse_time(line["from"]), document.parse_time(line["to"]))
        energies = [DayEnergy(*day) for day in days]
        return StatementFigures(line, power.QuarterHourPower(*span, *columns), energies)


@contextlib.contextmanager
def new_file(path: str) -> Iterator[IO[bytes]]:
    """A file that is not there yet. Raises SettingsError."""
    try:
        with open(path, "xb") as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None


# ---- what is in a share --------------------------------------------------------------------------


class PduShares(NamedTuple):
    """What a PDU gives to customers."""

    pdu: str
    #: those that its readings name
    outlets: Collection[str]
    shares: Sequence[CustomerShare] = ()
    #: which unit it was; None if it has no customer
    unit: Optional[UnitEvidence] = None


def read_pdus(inputs: StatementInputs, room: str) -> Iterator[PduShares]:
    """What customers get of each PDU, in files in the folder `room`. Raises SettingsError."""
    return inputs.source.audit_days(inputs.paths, partial(_read_pdu, inputs, room))


def _read_pdu(inputs: StatementInputs, room: str, pdu: str, days: Sequence[DayBlocks]) -> PduShares:
    audit_scope = inputs.audit_scope
    here = HeldReadings(pdu, [block for day in days for block in day.blocks])
    tenures_by_outlet = {
        outlet: cut(audit_scope.tenures.get((pdu, outlet), ()), inputs.begin, inputs.end)
        for outlet in here.outlets()
    }
    held_times = {
        outlet: [
            HeldTime(tenure.begin, tenure.end, _continues(inputs, (pdu, outlet), tenure))
            for tenure in tenures
        ]
        for outlet, tenures in tenures_by_outlet.items()
    }
    if not any(held_times.values()):
        return PduShares(pdu, [*held_times])
    first_day = "" if pdu in inputs.hole_pdus else inputs.first_day
    audit = _audit(pdu, [day for day in days if day.day >= first_day], audit_scope)
    answers = {register.outlet: register for register in audit.registers}
    walk = _walk(inputs, here, held_times, answers)
    path = os.path.join(room, hashlib.sha256(pdu.encode()).hexdigest())
    meters, names = audit_scope.meters, [outlet for outlet in tenures_by_outlet if outlet != OWN]
    shares = list[CustomerShare]()
    with new_file(path) as file:
        for outlet, tenures in tenures_by_outlet.items():
            own_walk, answer = walk if outlet in walk.registers else None, answers.get(outlet)
            for tenure, blocks in zip(tenures, here.outlet(outlet, held_times[outlet])):
                meter = (
                    meters.of(pdu, outlet, outlets=names)
                    if answer is None
                    else _stated_facts(answer)
                )
                line_inputs = _outlet_readings(inputs, (pdu, outlet), tenure, meter, answer)
                line_figures = figures.figures(line_inputs, blocks, inputs.rules, own_walk)
                billed = _billed_readings(line_figures.line)
                held_outlet = HeldOutlet(pdu, outlet, *tenure[1:], billed)
                shares.append(CustomerShare(tenure.customer, held_outlet, path, file.tell()))
                file.writelines(CustomerShare.pieces(line_figures))
    return PduShares(pdu, [*held_times], shares, audit.unit)


def _billed_readings(line: Mapping[str, Any]) -> Optional[BilledReadings]:
    """The readings between which a line is billed; None if it was not read."""
    if line["kwh"] is None:
        return None
    begin, end = line["register_begin"], line["register_end"]
    times = [document.parse_time(edge["time"]) for edge in (begin, end)]
    return BilledReadings(times[0], begin["kwh"], times[1], end["kwh"])


def _audit(pdu: str, days: Sequence[DayBlocks], audit_scope: AuditScope) -> PduAudit:
    readings = PduReadings(pdu, chain.from_iterable(day.blocks for day in days))
    return audit_registers(readings, audit_scope)


def _walk(
    inputs: StatementInputs,
    pdu: HeldReadings,
    held_times: Mapping[str, Sequence[HeldTime]],
    answers: Mapping[str, AuditedRegister],
) -> PduWalk:
    """One walk over the readings of all outlets that have the same rows, for the whole period.
    Others are walked over alone.
    """
    period = inputs.begin, inputs.end
    readings = pdu.readings_together(
        {
            outlet: times[0]
            for outlet, times in held_times.items()
            if outlet in answers and len(times) == 1 and times[0][:2] == period
        }
    )
    facts = {outlet: _stated_facts(answers[outlet]) for outlet in readings.registers}
    return figures.walk_over(readings, facts, period, inputs.rules)


def _stated_facts(answer: AuditedRegister) -> RegisterFacts:
    """What a statement states of a register."""
    return dataclasses.replace(answer.meter, step_kwh=answer.step)


def _continues(inputs: StatementInputs, place: Place, tenure: OutletTenancy) -> bool:
    """Whether a customer has an outlet also after the end of the period."""
    return any(
        later_tenure.customer == tenure.customer and later_tenure.end > tenure.end
        for later_tenure in inputs.audit_scope.tenures[place]
    )


def _is_held_before(inputs: StatementInputs, place: Place, tenure: OutletTenancy) -> bool:
    """Whether a customer had an outlet also before the begin of his time in the period."""
    return any(
        earlier.customer == tenure.customer and earlier.begin < tenure.begin <= earlier.end
        for earlier in inputs.audit_scope.tenures[place]
    )


def _outlet_readings(
    inputs: StatementInputs,
    place: Place,
    tenure: OutletTenancy,
    meter: RegisterFacts,
    answer: Optional[AuditedRegister] = None,
) -> OutletReadings:
    """An outlet and who has it. `answer`: of the audit; None if no reading names the outlet."""
    outlet_readings = OutletReadings(
        *place,
        name=inputs.names.get(place, ""),
        machine=inputs.machines.get(place, ""),
        begin=tenure.begin,
        end=tenure.end,
        meter=meter,
        most_kwh=None,
        is_doubted=False,
        is_confirmed=False,
        is_held_before=_is_held_before(inputs, place, tenure),
    )
    if answer is None:
        return outlet_readings
    share = next(share for share in answer.shares if share.begin == tenure.begin)
    return outlet_readings._replace(
        most_kwh=share.energy.high,
        is_doubted=checks.is_unit_in_doubt(share.events),
        is_confirmed=answer.is_confirmed,
    )


def unread_shares(
    inputs: StatementInputs, shares: Sequence[CustomerShare], room: str
) -> Sequence[CustomerShare]:
    """Those of the outlets that no reading names."""
    read_places = {share.outlet[:2] for share in shares}
    path, unread = os.path.join(room, "unread"), list[CustomerShare]()
    with new_file(path) as file:
        for place, tenures in inputs.audit_scope.tenures.items():
            for tenure in () if place in read_places else cut(tenures, inputs.begin, inputs.end):
                held_outlet = HeldOutlet(*place, *tenure[1:])
                unread.append(CustomerShare(tenure.customer, held_outlet, path, file.tell()))
                line_inputs = _outlet_readings(inputs, place, tenure, RegisterFacts())
                line = figures.figures(line_inputs, (), inputs.rules)
                file.writelines(CustomerShare.pieces(line))
    return unread
