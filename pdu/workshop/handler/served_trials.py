"""Calls the four methods of a handler without SNMP on a recording that is served on this machine,
and on the same PDU with faults.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Callable, Optional

from handlers.dcimanager import Figures

from ...cli.states import DOWN, UNKNOWN, UP
from ...loading.handler_loading import LoadedHandler
from ...recordings.recording_formats import ReplayedDevice
from ...recordings.replay_server import HOST
from ...recordings.simulated_pdu import SimulatedPdu, UnitFault
from .bounded_methods import BoundedMethods, ShownSecrets
from .fault_trials import (
    FaultTrial,
    Judgement,
    call_of,
    findings_of_trials,
    judgement_of_equality,
    judgement_of_figures,
    judgement_of_silence,
    judgement_of_states,
    kept_if_reached,
    reported_state,
    worst_finding,
)
from .method_trials import (
    JudgedAnswer,
    RenamedMethods,
    TrialDevice,
    has_no_figure,
    identity_finding,
    is_unread,
    judge_call,
    method_findings,
    with_order,
)
from .rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding, Rule, rules_of
from .served_units import ServedUnit
from .side_effects import SideEffects

#: what a handler of an unknown make is advised
WITHOUT_RECORDING = (
    "give a recording of the device: pdu record PATH HOST -o unit.json, then --replay unit.json"
)


class ServedTrials:
    """The trials of a handler without SNMP."""

    def __init__(
        self,
        handler: LoadedHandler,
        forms: Sequence[Callable[[int], Any]],
        secrets: ShownSecrets,
        effects: SideEffects,
    ) -> None:
        """`forms`: the arguments of make_handler for a port of this machine, in the ways in which
        an owner may give it; the first that reaches the device counts.
        """
        self._handler = handler
        self._forms = forms
        self._secrets = secrets
        self._effects = effects

    def _methods(
        self, form: Callable[[int], Any], port: int, *, is_kept: bool = False
    ) -> BoundedMethods:
        self._effects.ports.add(port)
        return BoundedMethods(
            self._handler, lambda: form(port), self._secrets, self._effects, is_kept=is_kept
        )

    def findings(self, recording: Optional[ReplayedDevice]) -> Iterator[Finding]:
        """Findings on the recording, then on a device that ends each connection."""
        form = self._forms[0]
        healthy_figures: Optional[Figures] = None
        findings = []
        if recording is None:
            yield Finding(RULES["status"], UNTRIED, WITHOUT_RECORDING)
        else:
            form, is_reached = self._form_that_reaches(recording)
            for finding in self._recording_findings(form, recording, is_reached=is_reached):
                findings.append(finding)
                yield finding
            if RULES["statistic"] in rules_of(findings, KEPT):
                with contextlib.suppress(Exception):
                    healthy_figures = self._methods(form, recording.port).figures()
        yield from self._silence_findings(form, healthy_figures, rules_of(findings, BROKEN))

    def _silence_findings(
        self,
        form: Callable[[int], Any],
        healthy_figures: Optional[Figures],
        broken_rules: Sequence[Rule],
    ) -> Iterator[Finding]:
        """Findings on a device that ends each connection."""
        # for all four methods: it excuses figures without a value, which statistic alone returns
        judge = partial(judgement_of_silence, healthy_answer=healthy_figures)
        with _ClosingServer() as server:
            methods = self._methods(form, server.port)
            calls: dict[str, Callable[[], Any]] = {
                "status": methods.states,
                "statistic": methods.figures,
                "port_down": partial(methods.switch, "1", on=False),
                "port_up": partial(methods.switch, "1", on=True),
            }
            trials = []
            for method, call in calls.items():
                trial = partial(judge_call, "silent", call, method, judge)
                trials.append(FaultTrial("silent", method, trial))
            # all calls are made before it is asked whether one reached the device
            findings = list(findings_of_trials(trials, broken_rules))
            is_reached = server.connections > 0
        for finding in findings:
            yield kept_if_reached(finding, is_reached=is_reached)

    def _recording_findings(
        self, form: Callable[[int], Any], recording: ReplayedDevice, *, is_reached: bool
    ) -> Iterator[Finding]:
        """Findings on the recording; of a handler that never reached it, why it did not."""
        if is_reached:
            yield from self._unit_findings(form, recording)
            return
        device = TrialDevice(
            methods=self._methods(form, recording.port),
            about=f"the recording at port {recording.port}",
            requests=recording.connections,
        )
        yield from method_findings(device)

    def _form_that_reaches(self, recording: ReplayedDevice) -> tuple[Callable[[int], Any], bool]:
        """The first form with which a request reaches the recording, else the last; and whether
        one did.
        """
        form = self._forms[0]
        for form in self._forms:
            with contextlib.suppress(Exception):
                self._methods(form, recording.port).states()
            if recording.connections() > 0:
                return form, True
        return form, False

    def _unit_findings(
        self, form: Callable[[int], Any], recording: ReplayedDevice
    ) -> Iterator[Finding]:
        """Findings on a PDU that obeys commands, and on others with a fault each."""
        pdu: SimulatedPdu = recording.simulated_pdu
        unit = ServedUnit(pdu)
        pdu.requests.clear()
        pdu.commands.clear()
        _make_one_unknown(unit, pdu)
        contents = pdu.contents
        # the handler's names of outlets, by the device's: found at its first status
        handler_names: dict[str, str] = {}
        device = self._trial_device(form, recording, unit, handler_names)
        findings = []
        for finding in method_findings(device):
            findings.append(finding)
            yield _doubted(with_order(finding, handler_names), pdu)
        if is_unread(findings):
            return
        yield identity_finding(handler_names)
        with contextlib.ExitStack() as stack:
            faults = _ServedFaults(
                methods=lambda port: RenamedMethods(self._methods(form, port), handler_names),
                make_pdu=recording.make_pdu,
                contents=contents,
                unit=unit,
                stack=stack,
            )
            trials = faults.trials(pdu)
            for finding in findings_of_trials(trials, rules_of(findings, BROKEN)):
                yield _doubted(finding, pdu)

    def _trial_device(
        self,
        form: Callable[[int], Any],
        recording: ReplayedDevice,
        unit: ServedUnit,
        handler_names: dict[str, str],
    ) -> TrialDevice:
        """The recorded PDU, as the handler reads it by new objects and by one that is kept."""
        pdu: SimulatedPdu = recording.simulated_pdu
        methods = self._methods(form, recording.port)
        kept_methods = self._methods(form, recording.port, is_kept=True)
        return TrialDevice(
            methods=RenamedMethods(methods, handler_names, unit.states),
            about="the recording",
            states=unit.states,
            commands=lambda: len(pdu.commands),
            requests=lambda: len(pdu.requests),
            unit=unit,
            kept_methods=RenamedMethods(kept_methods, handler_names),
            absent_commands=lambda: len(unit.foreign_commands()),
        )


def _make_one_unknown(unit: ServedUnit, pdu: SimulatedPdu) -> None:
    """Turn an outlet to a state that is neither on nor off, if two others are left for commands. In
    a text that is no JSON, another word may have no place.
    """
    states = unit.states()
    if UNKNOWN in states.values() or pdu.is_text or len(states) < 3:
        return
    chosen_outlet = list(states)[0]
    outlets_on = [outlet for outlet, state in states.items() if state is UP]
    if len(outlets_on) > 1:  # the last one stays on, for port_down
        chosen_outlet = outlets_on[0]
    unit.turn(chosen_outlet, UNKNOWN)


def _doubted(finding: Finding, unit: SimulatedPdu) -> Finding:
    """What was not tried, because the recording does not tell what would be right."""
    for rule, doubt in unit.doubts.items():
        if finding.rule is RULES[rule] and finding.result in (KEPT, UNTRIED):
            return Finding(finding.rule, UNTRIED, doubt)
    return finding


class _ServedFaults:
    """The calls on PDUs with a fault each."""

    def __init__(
        self,
        methods: Callable[[int], RenamedMethods],
        make_pdu: Callable[[int, UnitFault, Any], SimulatedPdu],
        contents: Any,
        unit: ServedUnit,
        stack: contextlib.ExitStack,
    ) -> None:
        """`make_pdu`: makes a PDU with a fault, from a port and contents; `stack` closes it."""
        self._methods = methods
        self._make_pdu = make_pdu
        self._contents = contents
        self._stack = stack
        #: the outlet that a command turns from this state
        self._outlets = {UP: unit.switchable_outlet(DOWN), DOWN: unit.switchable_outlet(UP)}
        #: what status and statistic return of a PDU that is well; without what raised
        self._answers: dict[str, Any] = {}
        healthy_unit = self._pdu_with(UnitFault.NONE)
        healthy_methods = self._methods(healthy_unit.port)
        with contextlib.suppress(Exception):
            self._answers["status"] = healthy_methods.states()
        with contextlib.suppress(Exception):
            self._answers["statistic"] = healthy_methods.figures()

    def _pdu_with(self, fault: UnitFault, contents: Any = None) -> SimulatedPdu:
        own_contents = self._contents if contents is None else contents
        unit = self._make_pdu(0, fault, own_contents)
        self._stack.callback(unit.close)
        return unit

    def trials(self, unit: SimulatedPdu) -> list[FaultTrial]:
        """All trials; commands where it is known how such a `unit` is commanded."""
        is_commanded = "port_down" not in unit.doubts
        commands = []
        if is_commanded and self._outlets[UP]:
            commands.append("port_down")
        if is_commanded and self._outlets[DOWN]:
            commands.append("port_up")
        return [
            *self._command_trials(unit, commands),
            *self._refusals(unit, commands),
            *self._trials_of_lost_members(unit),
        ]

    def _command_trials(self, unit: SimulatedPdu, commands: Sequence[str]) -> Iterator[FaultTrial]:
        """Commands to PDUs that obey late or never, or whose answer is lost."""
        for rule, fault in (
            ("late", UnitFault.LATE),
            ("stuck", UnitFault.STUCK),
            ("pending", UnitFault.PENDING),
            ("answer lost", UnitFault.ANSWER_LOST),
            ("unread", UnitFault.SILENT_AFTER),
        ):
            for method in commands:
                if fault is UnitFault.PENDING and not unit.has_other_states:
                    yield _kept_trial(rule, method, "a state of this device is true or false")
                else:
                    call = partial(self._reported, rule, method, self._pdu_with(fault))
                    yield FaultTrial(rule, method, call)

    def _refusals(self, unit: SimulatedPdu, commands: Sequence[str]) -> Iterator[FaultTrial]:
        """Calls that a PDU refuses, or answers by half."""
        for method in commands:
            refusing_pdu = self._pdu_with(UnitFault.REFUSES)
            yield self._raising_trial("refused", method, refusing_pdu)
        for method in ("status", "statistic"):
            half_pdu = self._pdu_with(UnitFault.HALF)
            judge = partial(judgement_of_equality, healthy_answer=self._answers.get(method))
            yield self._raising_trial("short", method, half_pdu, judge)
        # for all four methods: it excuses figures without a value, which statistic alone returns
        judge = partial(judgement_of_silence, healthy_answer=self._answers.get("statistic"))
        for method in unit.protected_methods:
            if method in ("status", "statistic", *commands):
                denying_pdu = self._pdu_with(UnitFault.DENIES)
                yield self._raising_trial("denied", method, denying_pdu, judge)

    def _trials_of_lost_members(self, unit: SimulatedPdu) -> Iterator[FaultTrial]:
        """Readings of a PDU without a state, a meter or its list of outlets."""
        healthy_unit = self._pdu_with(UnitFault.NONE)
        lost_states: list[Any] = []
        for outlet in self._outlets.values():
            if outlet:  # of one that is on, too: taken for off, it would be cut off
                lost_states += healthy_unit.without_state(outlet)
        if lost_states:
            judge_text = partial(self._judgement_of_states, is_text=unit.is_text)
            yield self._trial_on_all("lost state", "status", lost_states, judge_text)
        lost_figures = healthy_unit.without_figures()
        figures = healthy_unit.figures()
        if figures is not None and has_no_figure(figures):
            yield _kept_trial("meter", "statistic", "the device has no meter")
        elif lost_figures:
            judge = partial(judgement_of_figures, healthy_answer=self._answers.get("statistic"))
            yield self._trial_on_all("meter", "statistic", lost_figures, judge)
        lost_outlets = healthy_unit.without_outlets()
        if lost_outlets:
            yield self._trial_on_all("empty", "status", lost_outlets, _judgement_of_emptiness)

    def _raising_trial(
        self, rule: str, method: str, unit: SimulatedPdu, judge: JudgedAnswer = lambda _: None
    ) -> FaultTrial:
        return FaultTrial(rule, method, partial(self._raised, rule, method, unit, judge))

    def _trial_on_all(
        self, rule: str, method: str, contents: Sequence[Any], judge: JudgedAnswer
    ) -> FaultTrial:
        call = partial(self._raised_on_all, rule, method, contents, judge)
        return FaultTrial(rule, method, call)

    def _judgement_of_states(self, answer: Any, *, is_text: bool) -> Judgement:
        """In a text that is no JSON, a device may always have a state in its place."""
        judgement = judgement_of_states(answer, self._answers.get("status"))
        if is_text and judgement is not None and judgement[0] == BROKEN:
            return ADVISED, judgement[1]
        return judgement

    def _raised_on_all(
        self, rule: str, method: str, contents: Sequence[Any], judge: JudgedAnswer
    ) -> Finding:
        """The worst finding of those on a PDU of each of the contents."""
        unit = self._pdu_with(UnitFault.NONE)
        findings = []
        for content in contents:
            unit.contents = content
            findings.append(self._raised(rule, method, unit, judge))
        return worst_finding(findings)

    def _raised(self, rule: str, method: str, unit: SimulatedPdu, judge: JudgedAnswer) -> Finding:
        call = call_of(self._methods(unit.port), method, self._outlets)
        finding = judge_call(rule, call, method, judge)
        return kept_if_reached(finding, is_reached=bool(unit.requests))

    def _reported(self, rule: str, method: str, pdu: SimulatedPdu) -> Finding:
        finding = reported_state(
            rule,
            method,
            self._methods(pdu.port),
            outlet=self._outlets[UP if method == "port_down" else DOWN],
            unit=ServedUnit(pdu),
            is_reached=lambda: bool(pdu.requests),
        )
        if rule == "pending" and pdu.is_text and finding.result == BROKEN:
            # in a text that is no JSON, a device may always have a state in its place
            return finding._replace(result=ADVISED)
        return finding


def _kept_trial(rule: str, method: str, why: str) -> FaultTrial:
    """A trial that need not be made."""
    finding = Finding(RULES[rule], KEPT, why)
    return FaultTrial(rule, method, lambda: finding)


def _judgement_of_emptiness(answer: Any) -> Judgement:
    """The outlets where the device's list is empty."""
    if answer:
        return KEPT, "does not need the list"
    return ADVISED, "returned no outlet for an empty list, and raised nothing"


class _ClosingServer:
    """Accepts connections on a TCP port of this machine and closes them without an answer."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> _ClosingServer:
        self._thread.start()
        return self

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the socket was shut down
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
