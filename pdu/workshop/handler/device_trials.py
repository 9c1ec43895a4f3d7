"""Calls a handler's four methods on an SNMP device of this machine, and on its faults.

The device is a recording, or the unit of the family whose objects the handler asks for.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from handlers.dcimanager import Figures
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
    NO_COMPARISON,
    FaultTrial,
    Judgement,
    call_of,
    changed_figures,
    findings_of_trials,
    judgement_of_equality,
    judgement_of_figures,
    judgement_of_states,
    kept_if_reached,
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
    is_unread,
    judge_call,
    method_findings,
    with_order,
)
from .rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding, Rule, rules_of
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
        self._handler = handler
        self._settings = settings
        self._secrets = secrets
        self._effects = effects
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
        """The handler's methods on the device at a port; see BoundedMethods and RenamedMethods."""
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
        first_agent = server.serve(TrialUnit.empty_unit(), 0)
        second_agent = server.serve(TrialUnit.empty_unit(), 0)
        with contextlib.suppress(Exception):
            self._methods(first_agent.port, COMMUNITY).states()
        datagrams_before = first_agent.datagrams
        with contextlib.suppress(Exception):
            self._methods(second_agent.port, COMMUNITY).states()
        if first_agent.datagrams > datagrams_before and not second_agent.datagrams:
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
                is_sent = len(unit.requests) > requests_before
                if not is_sent or _is_own_fault(error):
                    errors[name] = error
        return unit.requested_oids(), errors, agent.datagrams > 0

    def _device_findings(self, server: SnmpServer, device: Device) -> Iterator[Finding]:
        """Findings on a simulated device, then on others with a fault each."""
        unit = TrialUnit(device.rows, device.key)
        agent = server.serve(unit, 0)
        unit.place_of_request = partial(self._effects.place_of_request, agent.port)
        methods = self._methods(agent.port, COMMUNITY, real_states=unit.states)
        trial_device = TrialDevice.of_unit(
            methods,
            device.about,
            unit,
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
        answers = self._healthy_answers(server, device, broken_rules)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent_socket,
            contextlib.ExitStack() as stack,
        ):
            silent_socket.bind((HOST, 0))
            faults = _SnmpFaults(self._methods, self._effects, device, answers, silent_socket)
            trials = faults.trials(server, stack)
            yield from findings_of_trials(trials, broken_rules)

    def _healthy_answers(
        self, server: SnmpServer, device: Device, broken_rules: Sequence[Rule]
    ) -> Mapping[str, Any]:
        """What status and statistic return of a unit that was not switched, and whose meters stand
        as in those with a fault; without what raised.
        """
        agent = server.serve(TrialUnit(device.rows, device.key), 0)
        methods = self._methods(agent.port, COMMUNITY)
        answers: dict[str, Any] = {}
        if RULES["status"] not in broken_rules:
            with contextlib.suppress(Exception):
                answers["status"] = methods.states()
        if RULES["statistic"] not in broken_rules:
            with contextlib.suppress(Exception):
                answers["statistic"] = methods.figures()
        return answers


class _ServedUnit(NamedTuple):
    """A unit with a fault, and the agent that answers for it."""

    unit: TrialUnit
    agent: SimulatedAgent


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
        self._methods = methods
        self._device = device
        self._answers = answers
        self._effects = effects
        self._silent_socket = silent_socket
        unit = TrialUnit(device.rows, device.key)
        #: the outlet that a command turns from this state
        self._outlets = {UP: unit.switchable_outlet(DOWN), DOWN: unit.switchable_outlet(UP)}

    def trials(self, server: SnmpServer, stack: contextlib.ExitStack) -> list[FaultTrial]:
        """All trials, on units of `server`; `stack` ends what these still have to do. A command is
        tried if an outlet can be switched by it.
        """
        commands = []
        if self._outlets[UP]:
            commands.append("port_down")
        if self._outlets[DOWN]:
            commands.append("port_up")
        serve = partial(self._serve, server, stack)
        return [
            *self._command_trials(serve, commands),
            *self._refusals(serve, commands),
            *self._trials_of_lost_objects(serve),
        ]

    def _serve(
        self,
        server: SnmpServer,
        stack: contextlib.ExitStack,
        fault: Fault = Fault.NONE,
        lost_objects: Optional[LostObjects] = None,
        missing: frozenset[Arcs] = frozenset(),
    ) -> _ServedUnit:
        """The unit with a fault, without the objects that are lost or missing."""
        rows = {oid: row for oid, row in self._device.rows.items() if oid not in missing}
        unit = TrialUnit(rows, self._device.key, fault, lost_objects)
        stack.callback(unit.close)
        agent = server.serve(unit, 0)
        unit.place_of_request = partial(self._effects.place_of_request, agent.port)
        return _ServedUnit(unit, agent)

    def _command_trials(
        self, serve: Callable[..., _ServedUnit], commands: Sequence[str]
    ) -> Iterator[FaultTrial]:
        """Commands to units that obey late or never, or whose answer is lost."""
        # no command changes this unit, and each command is for another outlet: one serves all
        stuck_unit = serve(Fault.STUCK)
        for method in commands:
            yield self._state_trial("stuck", method, stuck_unit)
        # One command is enough for how long a handler waits for a new state; that no command
        # reports a state too early is tried with both, on the stuck unit.
        for method in commands[:1]:
            yield self._state_trial("late", method, serve(Fault.LATE))
        # the others change a unit or silence it, so each command has its own
        for rule, fault in (
            ("pending", Fault.PENDING),
            ("answer lost", Fault.ANSWER_LOST),
            ("unread", Fault.SILENT_AFTER),
        ):
            for method in commands:
                yield self._state_trial(rule, method, serve(fault))

    def _refusals(
        self, serve: Callable[..., _ServedUnit], commands: Sequence[str]
    ) -> Iterator[FaultTrial]:
        """Calls that a unit refuses, does not answer, or answers by half. None of them changes its
        unit, so one unit serves all methods.
        """
        readings = ("status", "statistic")
        refusing_unit = serve(Fault.REFUSES)
        for method in commands:
            yield self._raising_trial("refused", method, refusing_unit.agent)
        for method in (*readings, *commands):
            yield FaultTrial("silent", method, partial(self._unanswered, method))
        well_unit = serve()
        for method in (*readings, *commands):
            yield self._raising_trial(
                "community", method, well_unit.agent, community=WRONG_COMMUNITY
            )
        short_unit = serve(Fault.SHORT)
        for method in readings:
            judge = partial(judgement_of_equality, healthy_answer=self._answers.get(method))
            yield self._raising_trial("short", method, short_unit.agent, judge)

    def _trials_of_lost_objects(self, serve: Callable[..., _ServedUnit]) -> Iterator[FaultTrial]:
        """Readings of units that lack an object, a row or a table."""
        objects = unit_objects(self._device)
        if objects.state:
            judge = partial(judgement_of_states, healthy_answer=self._answers.get("status"))
            # a handler that walks a column, and one that reads each object, are both found
            for in_walks in (True, False):
                unit = serve(lost_objects=LostObjects(objects.state, in_walks=in_walks))
                yield self._raising_trial("lost state", "status", unit.agent, judge)
        for row in (objects.load_row, objects.energy_row):
            if row:
                judge = partial(judgement_of_figures, healthy_answer=self._answers.get("statistic"))
                unit = serve(lost_objects=LostObjects(row))
                yield self._raising_trial("meter", "statistic", unit.agent, judge)
        for method, table in (
            ("statistic", objects.load),
            ("statistic", objects.energy),
            ("status", objects.states),
        ):
            if table:
                judge = partial(_judgement_of_emptiness, healthy_answer=self._answers.get(method))
                yield self._raising_trial("empty", method, serve(missing=table).agent, judge)

    def _state_trial(self, rule: str, method: str, served_unit: _ServedUnit) -> FaultTrial:
        call = partial(self._reported_state, rule, method, served_unit)
        return FaultTrial(rule, method, call)

    def _raising_trial(
        self,
        rule: str,
        method: str,
        agent: SimulatedAgent,
        judge: JudgedAnswer = lambda _: None,
        *,
        community: str = COMMUNITY,
    ) -> FaultTrial:
        """A call that must raise, unless `judge` excuses its answer."""
        call = partial(self._raised, rule, method, agent, judge, community)
        return FaultTrial(rule, method, call)

    def _raised(
        self, rule: str, method: str, agent: SimulatedAgent, judge: JudgedAnswer, community: str
    ) -> Finding:
        methods = self._methods(agent.port, community)
        finding = judge_call(rule, call_of(methods, method, self._outlets), method, judge)
        return kept_if_reached(finding, is_reached=agent.datagrams > 0)

    def _unanswered(self, method: str) -> Finding:
        """What a method does at a port that takes requests and answers none."""
        port = self._silent_socket.getsockname()[1]
        call = call_of(self._methods(port, COMMUNITY), method, self._outlets)
        finding = judge_call("silent", call, method)
        is_reached = bool(select.select([self._silent_socket], [], [], 0)[0])
        return kept_if_reached(finding, is_reached=is_reached)

    def _reported_state(self, rule: str, method: str, served_unit: _ServedUnit) -> Finding:
        unit, agent = served_unit
        return reported_state(
            rule,
            method,
            self._methods(agent.port, COMMUNITY),
            outlet=self._outlets[UP if method == "port_down" else DOWN],
            unit=unit,
            is_reached=lambda: agent.datagrams > 0,
        )


def _judgement_of_emptiness(answer: Any, healthy_answer: Any) -> Judgement:
    """The states or figures where a table is empty. DCImanager's own example takes the sum of
    nothing.
    """
    if healthy_answer is None:
        return NO_COMPARISON
    if answer == healthy_answer:
        return KEPT, "does not need the table"
    if not isinstance(answer, Figures):
        if not answer:
            return ADVISED, "returned no outlet for an empty table, and raised nothing"
        is_unknown = all(state is UNKNOWN for _, state in answer)
        return (KEPT, "returned UNKNOWN") if is_unknown else None
    changes = changed_figures(answer, healthy_answer)
    faults = [f"{change.name} {change.figure}" for change in changes]
    if not faults:
        return KEPT, "left out what the device does not have"
    return ADVISED, f"returned {', '.join(faults)} for an empty table, and raised nothing"


def _is_own_fault(error: Exception) -> bool:
    """Whether the handler is broken, whatever a device answers."""
    is_own = isinstance(error, (BrokenHandler, EndlessCall))
    return is_own and " raised " not in error_text(error)


def _findings_without_device(
    requests: frozenset[str], errors: Mapping[str, Exception], *, is_reached: bool
) -> Iterator[Finding]:
    """Findings for a handler whose requests no family of this pack answers."""
    for rule, error in errors.items():
        if _is_own_fault(error):
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
