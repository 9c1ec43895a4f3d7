"""Calls a handler's four methods on an SNMP device of this machine, and on its faults.

The device is a recording, or the unit of the family whose objects the handler asks for.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Optional

from pdu_common.connection import PduSnmpData

from ...loading.four_methods import BrokenHandler, HandlerRaised, SettingNotGiven
from ...loading.handler_module import AskedSettings
from ...recordings.replay_server import HOST
from ...recordings.simulated_pdu import UnitFault
from ...recordings.snmp.agent import SnmpServer
from ...recordings.snmp.recorded_rows import Arcs
from .bounded_methods import Forms
from .calls import EndlessCall, Methods, error_text, fault_finding
from .fault_trials import (
    FaultTrial,
    FaultyDevice,
    TrialMaker,
    findings_of_trials,
    read_otherwise,
)
from .method_trials import OTHER_COMMUNITY, is_unread, method_findings
from .outlet_names import RenamedMethods, identity_finding, with_order
from .rules import BROKEN, Finding, broken, rules_of, untried
from .snmp_units import (
    COMMUNITY,
    Device,
    LostObjects,
    TrialUnit,
    UnitObjects,
    requested_device,
    unit_objects,
    without_figures,
)
from .trial_device import TrialDevice, device_at_port
from .two_pdus import two_pdus_finding


def snmp_form(settings: Mapping[str, str], community: str, port: int) -> PduSnmpData:
    """What DCImanager's form would carry for an SNMP device at a port of this machine. `settings`:
    what it carries besides the fields of SNMP.
    """
    fields = {"community": community, "port": str(port), "timeout": "1", "retries": "1"}
    return PduSnmpData(HOST, fields, AskedSettings(settings))


def snmp_findings(forms: Forms, other_forms: Forms, device: Optional[Device]) -> Iterator[Finding]:
    """Findings on two PDUs, on one, then on units with a fault each. Without a device, it is the
    unit of the family whose objects the handler asks for. Ends where two PDUs are taken for one
    another. `forms`: with COMMUNITY; `other_forms`: with another one.
    """
    with contextlib.closing(SnmpServer(COMMUNITY)) as server, contextlib.ExitStack() as stack:
        unit = TrialUnit.empty_unit()
        agent = server.serve(unit, 0)
        errors = _errors(forms.methods(agent.port), unit)
        requests = unit.requested_oids()
        is_reached = agent.datagrams > 0
        device = device or requested_device(requests)
        if device is None:
            yield from _findings_without_device(requests, errors, is_reached=is_reached)
            return
        trials = _SnmpTrials(forms, other_forms, device, server, stack, names={})
        if is_reached:
            pdus = [trials.trial_device(names={}) for _ in range(2)]
            finding = two_pdus_finding(pdus, lambda: agent.datagrams)
            yield finding
            if finding.result == BROKEN:
                return
        yield from trials.findings()


def _errors(methods: Methods, unit: TrialUnit) -> Mapping[str, Exception]:
    """Each method's error that cannot come from a missing object, on a unit that has none."""
    errors: dict[str, Exception] = {}
    for name, call in (("status", methods.states), ("statistic", methods.figures)):
        requests_before = len(unit.requests)
        try:
            call()
        except Exception as error:
            is_sent = len(unit.requests) > requests_before
            if not is_sent or _is_own_fault(error):
                errors[name] = error
    return errors


class _SnmpTrials(NamedTuple):
    """The trials of one handler on a device, and on units like it with a fault each."""

    forms: Forms
    other_forms: Forms
    device: Device
    #: which serves the units
    server: SnmpServer
    #: ends what they still have to do
    stack: contextlib.ExitStack
    #: the handler's names of outlets, by the device's
    names: dict[str, str]

    @property
    def faults(self) -> frozenset[UnitFault]:
        """An agent has no word for "busy", no connection, and does not answer a wrong community."""
        return frozenset(UnitFault) - {UnitFault.BUSY, UnitFault.UNANSWERED, UnitFault.DENIES}

    def findings(self) -> Iterator[Finding]:
        """Findings on the device, then on units with a fault each."""
        findings = []
        for finding in method_findings(self.trial_device(self.names)):
            findings.append(finding)
            yield with_order(finding, self.names)
        if is_unread(findings):
            return
        yield identity_finding(self.names)
        maker = TrialMaker.of(self)
        trials = [*maker.trials(), *self._trials(maker)]
        yield from findings_of_trials(trials, rules_of(findings, BROKEN))

    def trial_device(self, names: dict[str, str]) -> TrialDevice:
        """A unit like the device, and the handler that reads it; see `device_at_port`."""
        unit = self._unit()
        agent = self.server.serve(unit, 0)
        unit.place_of_request = partial(self.forms.effects.place_of_request, agent.port)
        return device_at_port(
            self.forms, agent.port, unit, self.device.about, lambda: agent.datagrams, names
        )

    def faulty(self, fault: UnitFault) -> FaultyDevice:
        return self._served(self._unit(fault), self.forms)

    def _trials(self, maker: TrialMaker) -> Iterator[FaultTrial]:
        """Those that SNMP alone has: silence, communities, and objects that are lost or absent."""
        for method in maker.methods:
            yield maker.raising("silent", method, [self._silent_device()])
            yield maker.raising("community", method, [self._served(self._unit(), self.other_forms)])
        objects = unit_objects(self.device)
        if objects.middle_outlet_state:
            # a handler that walks a column, and one that reads each object, are both found
            losses = [
                LostObjects(objects.middle_outlet_state, in_walks=in_walks)
                for in_walks in (True, False)
            ]
            yield maker.raising("lost state", "status", self._losing(losses))
        rows = [row for row in (objects.load_row, objects.energy_row) if row]
        if rows:
            devices = self._losing([LostObjects(row) for row in rows])
            yield maker.raising("meter", "statistic", devices)
            partial_devices = [self._without(row) for row in rows]
            yield maker.raising("part", "statistic", partial_devices)
            unloaded_unit = self._unit_without_load(objects)
            if unloaded_unit.states() == self._unit().states():
                yield maker.raising("zero", "status", [self._served(unloaded_unit, self.forms)])
        for method, table in (
            ("statistic", objects.load),
            ("statistic", objects.energy),
            ("status", objects.states),
        ):
            if table:
                yield maker.raising("empty", method, [self._without(table)])

    def _unit(self, fault: UnitFault = UnitFault.NONE) -> TrialUnit:
        """A unit like the device, with this fault."""
        return TrialUnit(self.device.rows, self.device.key, fault)

    def _unit_without_load(self, objects: UnitObjects) -> TrialUnit:
        """A unit like the device, each of whose meters shows 0."""
        rows = without_figures(self.device, objects.load | objects.energy)
        return TrialUnit(rows, self.device.key)

    def _losing(self, losses: Sequence[LostObjects]) -> Iterator[FaultyDevice]:
        """A unit that has each of these losses in turn, after it was read with other values."""
        unit = self._unit()
        device = self._served(unit, self.forms)
        read_otherwise(device)
        unit.reset(self.device.rows)
        for loss in losses:
            unit.lost_objects = loss
            yield device

    def _without(self, oids: frozenset[Arcs]) -> FaultyDevice:
        """A unit that does not have these objects."""
        rows = {oid: row for oid, row in self.device.rows.items() if oid not in oids}
        return self._served(TrialUnit(rows, self.device.key), self.forms)

    def _served(self, unit: TrialUnit, forms: Forms) -> FaultyDevice:
        """A unit, and the handler that reads it by one object."""
        self.stack.callback(unit.close)
        agent = self.server.serve(unit, 0)
        unit.place_of_request = partial(forms.effects.place_of_request, agent.port)
        methods = RenamedMethods(forms.methods(agent.port, is_kept=True), self.names)
        return FaultyDevice(methods, unit, lambda: agent.datagrams > 0)

    def _silent_device(self) -> FaultyDevice:
        """A port that takes requests and answers none."""
        silent_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stack.enter_context(silent_socket)
        silent_socket.bind((HOST, 0))

        def is_reached() -> bool:
            return bool(select.select([silent_socket], [], [], 0)[0])

        methods = self.forms.methods(silent_socket.getsockname()[1])
        return FaultyDevice(RenamedMethods(methods, self.names), None, is_reached)


def _is_own_fault(error: Exception) -> bool:
    """Whether the handler is broken, whatever a device answers: what it raises, an absent object
    may cause.
    """
    is_of_handler = isinstance(error, (BrokenHandler, EndlessCall))
    return is_of_handler and not isinstance(error, HandlerRaised)


def _findings_without_device(
    requests: frozenset[str], errors: Mapping[str, Exception], *, is_reached: bool
) -> Iterator[Finding]:
    """Findings for a handler whose requests no family of this pack answers. `requests`: the OIDs
    that it asked for with the form's community; the agent drops what has another one. `is_reached`:
    whether any datagram came, with whatever community. `errors`: of each call that raised.
    """
    is_other_community = is_reached and not requests
    for rule, error in errors.items():
        if _is_own_fault(error) or isinstance(error, SettingNotGiven):
            yield fault_finding(rule, error)
        elif is_other_community:
            yield broken(rule, f"{OTHER_COMMUNITY}: {error_text(error)}")
        else:
            yield untried(rule, f"no request reached the simulated device: {error_text(error)}")
    if "status" not in errors:  # what it returned can be compared with no device
        names = ", ".join(sorted(requests)[:3]) or "none"
        why = f"no family of this pack has the objects that it asks for ({names})"
        advice = (
            "give a recording: pdu record snmp HOST -o unit.snmprec, then --replay unit.snmprec"
            " with --profile, or with --on and --off"
        )
        yield untried("status", f"{why}: {advice}")
