"""What each PDU gives to each customer: the lines of his statement.

Shares wait in a file for each PDU, so that memory is for one PDU and one customer at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import pickle
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import IO, Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ..audit import checks
from ..audit.pdu_audit import AuditedRegister, AuditScope, PduWalk
from ..journal.journals import MeterJournal
from ..journal.readings import PduReadings
from ..registers.customers import Customers, OutletTenancy, Place, cut
from ..registers.meter_facts import RegisterFacts
from ..registers.unit_aliases import UnitEvidence
from . import document, figures
from .figures import OutletReadings, Rules, StatementFigures, SurchargeFactors
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

    def figures(self) -> StatementFigures:
        """The line of the statement."""
        with open(self.path, "rb") as file:
            file.seek(self.at)
            line_figures: StatementFigures = pickle.load(file)  # noqa: S301  # of this command
        return line_figures


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

    def first_day(pdu: str) -> str:
        return "" if pdu in inputs.hole_pdus else inputs.first_day

    return inputs.source.audit_files(inputs.paths, partial(_read_pdu, inputs, room), first_day)


def _read_pdu(inputs: StatementInputs, room: str, pdu: PduReadings) -> PduShares:
    audit_scope, name = inputs.audit_scope, pdu.name
    tenures_by_outlet = {
        outlet: cut(audit_scope.tenures.get((name, outlet), ()), inputs.begin, inputs.end)
        for outlet in pdu.registers
    }
    if not any(tenures_by_outlet.values()):
        return PduShares(name, [*tenures_by_outlet])
    walk = PduWalk(pdu, audit_scope)
    audit = walk.audit()
    answers = {register.outlet: register for register in audit.registers}
    path = os.path.join(room, hashlib.sha256(name.encode()).hexdigest())
    shares = list[CustomerShare]()
    with new_file(path) as file:
        for outlet, tenures in tenures_by_outlet.items():
            answer = answers.get(outlet)
            for tenure in tenures:
                meter = (
                    audit_scope.meters.of(name, outlet, outlets=walk.outlets)
                    if answer is None
                    else _stated_facts(answer)
                )
                line_inputs = _outlet_readings(inputs, (name, outlet), tenure, meter, answer)
                line_figures = figures.figures(line_inputs, walk, inputs.rules)
                billed = _billed_readings(line_figures.line)
                held_outlet = HeldOutlet(name, outlet, *tenure[1:], billed)
                shares.append(CustomerShare(tenure.customer, held_outlet, path, file.tell()))
                pickle.dump(line_figures, file, pickle.HIGHEST_PROTOCOL)
    return PduShares(name, [*tenures_by_outlet], shares, audit.unit)


def _billed_readings(line: Mapping[str, Any]) -> Optional[BilledReadings]:
    """The readings between which a line is billed; None if it was not read."""
    if line["kwh"] is None:
        return None
    begin, end = line["register_begin"], line["register_end"]
    times = [document.parse_time(edge["time"]) for edge in (begin, end)]
    return BilledReadings(times[0], begin["kwh"], times[1], end["kwh"])


def _stated_facts(answer: AuditedRegister) -> RegisterFacts:
    """What a statement states of a register."""
    return dataclasses.replace(answer.meter, step_kwh=answer.step)


def _is_held_after(inputs: StatementInputs, place: Place, tenure: OutletTenancy) -> bool:
    """Whether a customer has an outlet also after the end of his time in the period."""
    return any(
        later.customer == tenure.customer and later.end > tenure.end
        for later in inputs.audit_scope.tenures[place]
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
        is_held_after=_is_held_after(inputs, place, tenure),
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
                line = figures.figures(line_inputs, None, inputs.rules)
                pickle.dump(line, file, pickle.HIGHEST_PROTOCOL)
    return unread
