"""Calls a handler's four methods on an SNMP device of this machine, and on its faults.

The device is a recording, or the unit of the family whose objects the handler asks for.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Callable, Optional

from pdu_common.connection import PduSnmpData

from ...loading.four_methods import BrokenHandler
from ...loading.handler_loading import LoadedHandler
from ...loading.handler_module import AskedSettings
from ...recordings.replay_server import HOST
from ...recordings.simulated_pdu import UnitFault
from ...recordings.snmp.agent import SnmpServer
from ...recordings.snmp.recorded_rows import Arcs
from .bounded_methods import BoundedMethods, ShownSecrets
from .calls import EndlessCall, Methods, SettingNotGiven, error_text, fault_finding
from .comparisons import States
from .fault_trials import (
    FaultTrial,
    FaultyDevice,
    TrialMaker,
    findings_of_trials,
    judgement_of_emptiness,
    judgement_of_figures,
    judgement_of_states,
    judgement_of_zero,
    read_otherwise,
)
from .method_trials import OTHER_COMMUNITY, is_unread, method_findings
from .outlet_names import RenamedMethods, identity_finding, with_order
from .rules import BROKEN, Finding, broken, rules_of, untried
from .side_effects import SideEffects
from .snmp_units import (
    COMMUNITY,
    WRONG_COMMUNITY,
    Device,
    LostObjects,
    TrialUnit,
    requested_device,
    unit_objects,
    without_figures,
)
from .trial_device import TrialDevice
from .two_pdus import OnePdu, two_pdus_finding


class SnmpTrials:
    """The trials of one handler that speaks SNMP."""

    def __init__(
        self,
        handler: LoadedHandler,
        settings: Mapping[str, str],
        secrets: ShownSecrets,
        effects: SideEffects,
    ) -> None:
        """`settings`: what DCImanager's form carries besides the fields of SNMP."""
        self._handler = handler
        self._settings = settings
        self._secrets = secrets
        self._effects = effects
        # the handler's names of outlets, by the device's
        self._names: dict[str, str] = {}

    def _plain_methods(self, port: int, community: str, *, is_kept: bool) -> BoundedMethods:
        self._effects.ports.add(port)
        fields = {"community": community, "port": str(port), "timeout": "1", "retries": "1"}
        return BoundedMethods(
            self._handler,
            lambda: PduSnmpData(HOST, {**fields}, AskedSettings(self._settings)),
            self._secrets,
            self._effects,
            is_kept=is_kept,
        )

    def _methods(
        self,
        port: int,
        community: str,
        *,
        is_kept: bool = False,
        real_states: Optional[Callable[[], States]] = None,
    ) -> Methods:
        """The handler's methods on the device at a port; see BoundedMethods and RenamedMethods."""
        methods = self._plain_methods(port, community, is_kept=is_kept)
        return RenamedMethods(methods, self._names, real_states)

    def findings(self, device: Optional[Device] = None) -> Iterator[Finding]:
        """One after the other. Without a device, it is the unit of the family whose objects the
        handler asks for. Ends where two PDUs are taken for one another.
        """
        with contextlib.closing(SnmpServer(COMMUNITY)) as server:
            unit = TrialUnit.empty_unit()
            agent = server.serve(unit, 0)
            errors = self._errors(agent.port, unit)
            requests = unit.requested_oids()
            is_reached = agent.datagrams > 0
            device = device or requested_device(requests)
            if device is None:
                yield from _findings_without_device(requests, errors, is_reached=is_reached)
                return
            if is_reached:
                pdus = [self._one_pdu(server, device, name) for name in ("first", "second")]
                finding = two_pdus_finding(pdus, lambda: agent.datagrams)
                yield finding
                if finding.result == BROKEN:
                    return
            yield from self._device_findings(server, device)

    def _one_pdu(self, server: SnmpServer, device: Device, name: str) -> OnePdu:
        unit = TrialUnit(device.rows, device.key)
        agent = server.serve(unit, 0)
        names: dict[str, str] = {}

        def methods(*, is_kept: bool) -> Methods:
            plain_methods = self._plain_methods(agent.port, COMMUNITY, is_kept=is_kept)
            return RenamedMethods(plain_methods, names, unit.states)

        return OnePdu(
            name=name,
            methods=methods(is_kept=False),
            kept_methods=methods(is_kept=True),
            unit=unit,
            requests=lambda: agent.datagrams,
        )

    def _errors(self, port: int, unit: TrialUnit) -> Mapping[str, Exception]:
        """Each method's error that cannot come from a missing object, on a unit that has none."""
        errors: dict[str, Exception] = {}
        methods = self._methods(port, COMMUNITY)
        for name, call in (("status", methods.states), ("statistic", methods.figures)):
            requests_before = len(unit.requests)
            try:
                call()
            except Exception as error:
                is_sent = len(unit.requests) > requests_before
                if not is_sent or _is_own_fault(error):
                    errors[name] = error
        return errors

    def _device_findings(self, server: SnmpServer, device: Device) -> Iterator[Finding]:
        """Findings on a simulated device, then on others with a fault each."""
        unit = TrialUnit(device.rows, device.key)
        agent = server.serve(unit, 0)
        unit.place_of_request = partial(self._effects.place_of_request, agent.port)
        trial_device = TrialDevice(
            methods=self._methods(agent.port, COMMUNITY, real_states=unit.states),
            about=device.about,
            unit=unit,
            requests=lambda: agent.datagrams,
            kept_methods=self._methods(agent.port, COMMUNITY, is_kept=True),
        )
        findings = []
        for finding in method_findings(trial_device):
            findings.append(finding)
            yield with_order(finding, self._names)
        if is_unread(findings):
            return
        yield identity_finding(self._names)
        broken_rules = rules_of(findings, BROKEN)
        with contextlib.ExitStack() as stack:
            devices = _SnmpDevices(self._methods, self._effects, device, server, stack)
            maker = TrialMaker.of(devices)
            trials = [*maker.trials(), *devices.trials(maker)]
            yield from findings_of_trials(trials, broken_rules)


class _SnmpDevices:
    """Units with a fault each. Those of one `server`; `stack` ends what they still have to do."""

    #: an agent has no word for "busy", no connection, and does not answer a wrong community
    faults = frozenset(UnitFault) - {UnitFault.BUSY, UnitFault.UNANSWERED, UnitFault.DENIES}

    def __init__(
        self,
        methods: Callable[..., Methods],
        effects: SideEffects,
        device: Device,
        server: SnmpServer,
        stack: contextlib.ExitStack,
    ) -> None:
        """`methods`: as SnmpTrials has them."""
        self._methods = methods
        self._effects = effects
        self._device = device
        self._server = server
        self._stack = stack

    def faulty(self, fault: UnitFault) -> FaultyDevice:
        return self._served(TrialUnit(self._device.rows, self._device.key, fault))

    def trials(self, maker: TrialMaker) -> Iterator[FaultTrial]:
        """Those that SNMP alone has: silence, communities, and objects that are lost or absent."""
        for method in maker.methods:
            yield maker.raising("silent", method, [self._silent_device()])
            yield maker.raising("community", method, [self._device_of_another_community()])
        objects = unit_objects(self._device)
        if objects.state:
            # a handler that walks a column, and one that reads each object, are both found
            lost = [LostObjects(objects.state, in_walks=in_walks) for in_walks in (True, False)]
            yield maker.raising("lost state", "status", self._losing(lost), judgement_of_states)
        rows = [row for row in (objects.load_row, objects.energy_row) if row]
        if rows:
            devices = self._losing([LostObjects(row) for row in rows])
            yield maker.raising("meter", "statistic", devices, judgement_of_figures)
            partial_devices = [self._without(row) for row in rows]
            yield maker.raising("part", "statistic", partial_devices, judgement_of_figures)
            unloaded_rows = without_figures(self._device, objects.load | objects.energy)
            unloaded_unit = TrialUnit(unloaded_rows, self._device.key)
            unloaded_device = self._served(unloaded_unit)
            if unloaded_unit.states() == TrialUnit(self._device.rows, self._device.key).states():
                yield maker.raising("zero", "status", [unloaded_device], judgement_of_zero)
        for method, table in (
            ("statistic", objects.load),
            ("statistic", objects.energy),
            ("status", objects.states),
        ):
            if table:
                yield maker.raising("empty", method, [self._without(table)], judgement_of_emptiness)

    def _losing(self, lost: Sequence[LostObjects]) -> Iterator[FaultyDevice]:
        """A unit that fails while it reads these objects, in turn, after it was read otherwise."""
        unit = TrialUnit(self._device.rows, self._device.key)
        device = self._served(unit)
        read_otherwise(device)
        unit.reset(self._device.rows)
        for unit.lost in lost:
            yield device

    def _without(self, oids: frozenset[Arcs]) -> FaultyDevice:
        rows = {oid: row for oid, row in self._device.rows.items() if oid not in oids}
        return self._served(TrialUnit(rows, self._device.key))

    def _device_of_another_community(self) -> FaultyDevice:
        unit = TrialUnit(self._device.rows, self._device.key)
        return self._served(unit, WRONG_COMMUNITY)

    def _served(self, unit: TrialUnit, community: str = COMMUNITY) -> FaultyDevice:
        self._stack.callback(unit.close)
        agent = self._server.serve(unit, 0)
        unit.place_of_request = partial(self._effects.place_of_request, agent.port)
        methods = self._methods(agent.port, community, is_kept=True)
        return FaultyDevice(methods, unit, lambda: agent.datagrams > 0)

    def _silent_device(self) -> FaultyDevice:
        """A port that takes requests and answers none."""
        silent_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._stack.enter_context(silent_socket)
        silent_socket.bind((HOST, 0))

        def is_reached() -> bool:
            return bool(select.select([silent_socket], [], [], 0)[0])

        methods = self._methods(silent_socket.getsockname()[1], COMMUNITY)
        return FaultyDevice(methods, None, is_reached)


def _is_own_fault(error: Exception) -> bool:
    """Whether the handler is broken, whatever a device answers."""
    is_own = isinstance(error, (BrokenHandler, EndlessCall))
    return is_own and " raised " not in error_text(error)


def _findings_without_device(
    requests: frozenset[str], errors: Mapping[str, Exception], *, is_reached: bool
) -> Iterator[Finding]:
    """Findings for a handler whose requests no family of this pack answers."""
    for rule, error in errors.items():
        if _is_own_fault(error) or isinstance(error, SettingNotGiven):
            yield fault_finding(rule, error)
        elif is_reached and not requests:
            yield broken(rule, f"{OTHER_COMMUNITY}: {error_text(error)}")
        else:
            yield untried(rule, f"no request reached the simulated device: {error_text(error)}")
    if "status" not in errors:
        names = ", ".join(sorted(requests)[:3]) or "none"
        why = f"no family of this pack has the objects that it asks for ({names})"
        advice = (
            "give a recording: pdu record snmp HOST -o unit.snmprec, then --replay unit.snmprec"
            " with --profile, or with --on and --off"
        )
        yield untried("status", f"{why}: {advice}")
