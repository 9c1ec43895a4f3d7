"""Calls a handler's four methods on an SNMP device of this machine, and on its faults.

The device is a recording, or the unit of the family whose objects the handler asks for.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Callable, Optional

from handlers.shared.errors import printable
from pdu_common.connection import PduSnmpData

from ...cli.states import DOWN, UNKNOWN, UP
from ...loading.four_methods import BrokenHandler
from ...loading.handler_loading import LoadedHandler
from ...recordings.replay_server import HOST
from ...recordings.snmp.agent import SimulatedAgent, SnmpServer
from ...recordings.snmp.recorded_rows import Arcs
from .bounded_methods import BoundedMethods, ShownSecrets
from .fault_trials import (
    FaultTrial,
    call_of,
    findings_of_trials,
    judged_figures,
    judged_states,
    kept_if_reached,
    pairs_of_figures,
    reported_state,
)
from .method_trials import (
    OTHER_COMMUNITY,
    EndlessCall,
    JudgedAnswer,
    Methods,
    RenamedMethods,
    States,
    TrialDevice,
    broken,
    error_text,
    fault_finding,
    identity_finding,
    method_findings,
    raises,
    with_order,
)
from .rules import ADVISED, KEPT, RULES, UNTRIED, Finding, Rule
from .side_effects import SideEffects
from .trial_units import (
    COMMUNITY,
    WRONG_COMMUNITY,
    Device,
    Fault,
    LostObjects,
    TrialUnit,
    requested_device,
    unit_objects,
)


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
        self._handler, self._settings = handler, settings
        self._secrets, self._effects = secrets, effects
        # the handler's names of outlets, by the device's
        self._names: dict[str, str] = {}

    def _methods(
        self,
        port: int,
        community: str,
        *,
        is_kept: bool = False,
        real_states: Optional[Callable[[], States]] = None,
    ) -> Methods:
        self._effects.ports.add(port)
        fields = {"community": community, "port": str(port), "timeout": "1", "retries": "1"}
        methods = BoundedMethods(
            self._handler,
            lambda: PduSnmpData(HOST, {**fields}, {**self._settings}),
            self._secrets,
            self._effects,
            is_kept=is_kept,
        )
        return RenamedMethods(methods, self._names, real_states)

    def findings(self, device: Optional[Device] = None) -> Iterator[Finding]:
        """One after the other. Without a device, it is the unit of the family whose objects the
        handler asks for.
        """
        with contextlib.closing(SnmpServer(COMMUNITY)) as server:
            fault = self._fault_of_second_pdu(server)
            if fault:
                yield broken("asked", fault)
                return
            requests, errors, is_reached = self._requests(server)
            device = device or requested_device(requests)
            if device is None:
                yield from _findings_without_device(requests, errors, is_reached=is_reached)
                return
            yield from self._device_findings(server, device)

    def _fault_of_second_pdu(self, server: SnmpServer) -> str:
        """What is wrong if make_handler is called for one PDU, and then for another one; "" for
        nothing.
        """
        agents = [server.serve(TrialUnit.empty_unit(), 0) for _ in range(2)]
        for agent in agents:
            datagrams_before = agents[0].datagrams
            with contextlib.suppress(Exception):
                self._methods(agent.port, COMMUNITY).states()
        if agents[0].datagrams > datagrams_before and not agents[1].datagrams:
            return "make_handler was called for a second PDU, and status asked the first"
        return ""

    def _requests(self, server: SnmpServer) -> tuple[frozenset[str], Mapping[str, Exception], bool]:
        """The OIDs that are asked for, and each method's error that cannot come from a missing
        object, on a device that has none of them; and whether a datagram reached it.
        """
        unit = TrialUnit.empty_unit()
        errors: dict[str, Exception] = {}
        agent = server.serve(unit, 0)
        methods = self._methods(agent.port, COMMUNITY)
        for name, call in (("status", methods.states), ("statistic", methods.figures)):
            requests_before = len(unit.requests)
            try:
                call()
            except Exception as error:
                is_own = isinstance(error, (BrokenHandler, EndlessCall))
                is_sent = len(unit.requests) > requests_before
                if not is_sent or (is_own and " raised " not in error_text(error)):
                    errors[name] = error
        return unit.requested_oids(), errors, agent.datagrams > 0

    def _device_findings(self, server: SnmpServer, device: Device) -> Iterator[Finding]:
        """Findings on a simulated device, then on others with a fault each."""
        unit = TrialUnit(device.rows, device.key)
        answers: dict[str, Any] = {}
        broken_rules: list[Rule] = []
        agent = server.serve(unit, 0)
        unit.place_of_request = partial(self._effects.place_of_request, agent.port)
        methods = self._methods(agent.port, COMMUNITY, real_states=unit.states)
        trial_device = TrialDevice.of_unit(
            methods,
            device.about,
            unit,
            lambda: agent.datagrams,
            self._methods(agent.port, COMMUNITY, is_kept=True),
        )
        is_read = True
        for finding in method_findings(trial_device, broken_rules):
            is_read = is_read and (finding.rule, finding.result) != (RULES["status"], UNTRIED)
            yield with_order(finding, self._names)
        if not is_read:
            return
        yield identity_finding(self._names)
        # on a unit that was not switched, and whose meters stand as in those with a fault
        well_agent = server.serve(TrialUnit(device.rows, device.key), 0)
        well_methods = self._methods(well_agent.port, COMMUNITY)
        for name, call in (("status", well_methods.states), ("statistic", well_methods.figures)):
            if RULES[name] not in broken_rules:
                with contextlib.suppress(Exception):
                    answers[name] = call()
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent_socket,
            contextlib.ExitStack() as stack,
        ):
            silent_socket.bind((HOST, 0))
            faults = _SnmpFaults(self._methods, self._effects, device, answers, silent_socket)
            trials = faults.trials(server, stack)
            yield from findings_of_trials(trials, broken_rules)


class _SnmpFaults:
    """The calls on units with a fault each: those that must raise, and those that must not report
    what is not so.
    """

    def __init__(
        self,
        methods: Callable[[int, str], Methods],
        effects: SideEffects,
        device: Device,
        answers: Mapping[str, Any],
        silent_socket: socket.socket,
    ) -> None:
        """`methods`: those of the handler, for a port and a community; `answers`: what they
        returned on the device without a fault.
        """
        self._methods, self._device, self._answers = methods, device, answers
        self._effects = effects
        self._silent_socket = silent_socket
        unit = TrialUnit(device.rows, device.key)
        self._outlets = {UP: unit.switchable_outlet(DOWN), DOWN: unit.switchable_outlet(UP)}

    def trials(self, server: SnmpServer, stack: contextlib.ExitStack) -> list[FaultTrial]:
        """All trials, on units of `server`; `stack` ends what these still have to do. A command is
        tried if an outlet can be switched by it.
        """

        def serve(
            fault: Fault = Fault.NONE,
            lost_objects: Optional[LostObjects] = None,
            missing: frozenset[Arcs] = frozenset(),
        ) -> tuple[TrialUnit, SimulatedAgent]:
            rows = {oid: row for oid, row in self._device.rows.items() if oid not in missing}
            # the family of all rows: without some, it would not be read
            unit = TrialUnit(
                self._device.rows if not missing else rows, self._device.key, fault, lost_objects
            )
            stack.callback(unit.close)
            agent = server.serve(unit, 0)
            unit.place_of_request = partial(self._effects.place_of_request, agent.port)
            return unit, agent

        commands = [
            method
            for method, state in (("port_down", UP), ("port_up", DOWN))
            if self._outlets[state]
        ]
        readings = ("status", "statistic")
        methods = (*readings, *commands)
        objects = unit_objects(self._device)
        # those that no command changes serve several trials
        stuck, refusing, plain, short = map(
            serve, (Fault.STUCK, Fault.REFUSES, Fault.NONE, Fault.SHORT)
        )
        state_trials = (
            ("late", Fault.LATE, commands[:1]),
            ("pending", Fault.PENDING, commands),
            ("answer lost", Fault.ANSWER_LOST, commands),
            ("unread", Fault.SILENT_AFTER, commands),
        )
        return [
            *(self._state_trial("stuck", method, stuck) for method in commands),
            *(
                self._state_trial(rule, method, serve(fault))
                for rule, fault, tried_methods in state_trials
                for method in tried_methods
            ),
            *(self._raising_trial("refused", method, refusing[1]) for method in commands),
            *(
                FaultTrial("silent", method, partial(self._unanswered, method))
                for method in methods
            ),
            *(
                self._raising_trial("community", method, plain[1], community=WRONG_COMMUNITY)
                for method in methods
            ),
            *(
                self._raising_trial("short", method, short[1], self._judged_equal(method))
                for method in readings
            ),
            *(
                self._raising_trial(
                    "lost state",
                    "status",
                    serve(lost_objects=LostObjects(objects.state, in_walks=in_walks))[1],
                    self._judged_states,
                )
                for in_walks in (True, False)
                if objects.state
            ),
            *(
                self._raising_trial(
                    "meter",
                    "statistic",
                    serve(lost_objects=LostObjects(lost_row))[1],
                    self._judged_figures,
                )
                for lost_row in (objects.load_row, objects.energy_row)
                if lost_row
            ),
            *(
                self._raising_trial(
                    "empty", method, serve(missing=missing)[1], self._judged_empty(method)
                )
                for method, missing in (
                    ("statistic", objects.load),
                    ("statistic", objects.energy),
                    ("status", objects.states),
                )
                if missing
            ),
        ]

    def _state_trial(
        self, rule: str, method: str, served_unit: tuple[TrialUnit, SimulatedAgent]
    ) -> FaultTrial:
        return FaultTrial(rule, method, partial(self._reported_state, rule, method, *served_unit))

    def _raising_trial(
        self,
        rule: str,
        method: str,
        agent: SimulatedAgent,
        judged: JudgedAnswer = lambda _: None,
        *,
        community: str = COMMUNITY,
    ) -> FaultTrial:
        call = partial(self._raised, rule, method, agent, judged, community)
        return FaultTrial(rule, method, call)

    def _raised(
        self, rule: str, method: str, agent: SimulatedAgent, judged: JudgedAnswer, community: str
    ) -> Finding:
        call = call_of(self._methods(agent.port, community), method, self._outlets)
        return kept_if_reached(raises(rule, call, method, judged), is_reached=agent.datagrams > 0)

    def _judged_equal(self, method: str) -> JudgedAnswer:
        """What a method returns without what failed is right."""

        def judged(answer: Any) -> Optional[tuple[str, str]]:
            is_equal = method in self._answers and answer == self._answers[method]
            return (KEPT, "does not need what failed") if is_equal else None

        return judged

    def _judged_states(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_states(answer, self._answers.get("status"))

    def _judged_figures(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_figures(answer, self._answers.get("statistic"))

    def _judged_empty(self, method: str) -> JudgedAnswer:
        """The answer where a table is empty. DCImanager's own example takes the sum of nothing."""

        def judged(answer: Any) -> Optional[tuple[str, str]]:
            before = self._answers.get(method)
            if before is None or answer == before:
                return KEPT, "does not need the table"
            if method == "status":
                if not answer:
                    return ADVISED, "returned no outlet for an empty table, and raised nothing"
                is_unknown = all(state is UNKNOWN for _, state in answer)
                return (KEPT, "returned UNKNOWN") if is_unknown else None
            faults = [
                f"{name} {figure}"
                for name, figure, earlier in pairs_of_figures(answer, before)
                if figure is not None and figure != earlier
            ]
            if not faults:
                return KEPT, "left out what the device does not have"
            return ADVISED, f"returned {', '.join(faults)} for an empty table, and raised nothing"

        return judged

    def _unanswered(self, method: str) -> Finding:
        port = self._silent_socket.getsockname()[1]
        call = call_of(self._methods(port, COMMUNITY), method, self._outlets)
        finding = raises("silent", call, method)
        is_reached = bool(select.select([self._silent_socket], [], [], 0)[0])
        return kept_if_reached(finding, is_reached=is_reached)

    def _reported_state(
        self, rule: str, method: str, unit: TrialUnit, agent: SimulatedAgent
    ) -> Finding:
        methods = self._methods(agent.port, COMMUNITY)
        outlet = self._outlets[UP if method == "port_down" else DOWN]
        return reported_state(rule, method, methods, outlet, unit, lambda: agent.datagrams > 0)


def _findings_without_device(
    requests: frozenset[str], errors: Mapping[str, Exception], *, is_reached: bool
) -> Iterator[Finding]:
    """Findings for a handler whose requests no family of this pack answers."""
    for rule, error in errors.items():
        if isinstance(error, (BrokenHandler, EndlessCall)) and " raised " not in error_text(error):
            yield fault_finding(rule, error)
        elif is_reached and not requests:
            yield broken(rule, f"{OTHER_COMMUNITY}: {error_text(error)}")
        else:
            why = f"no request reached the simulated device: {error_text(error)}"
            yield Finding(RULES[rule], UNTRIED, printable(why, 300))
    if "status" not in errors:
        names = ", ".join(sorted(requests)[:3]) or "none"
        why = f"no family of this pack has the objects that it asks for ({names})"
        advice = (
            "give a recording: pdu record snmp HOST -o unit.snmprec, then --replay unit.snmprec"
            " with --profile, or with --on and --off"
        )
        yield Finding(RULES["status"], UNTRIED, f"{why}: {advice}")
