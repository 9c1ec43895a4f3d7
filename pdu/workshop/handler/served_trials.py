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
    call_of,
    findings_of_trials,
    judged_figures,
    judged_states,
    kept_if_reached,
    reported_state,
)
from .method_trials import (
    JudgedAnswer,
    RenamedMethods,
    TrialDevice,
    has_no_figure,
    identity_finding,
    method_findings,
    raises,
    with_order,
)
from .rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding, Rule
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
        self._handler, self._forms = handler, forms
        self._secrets, self._effects = secrets, effects

    def _methods(
        self, form: Callable[[int], Any], port: int, *, is_kept: bool = False
    ) -> BoundedMethods:
        self._effects.ports.add(port)
        return BoundedMethods(
            self._handler, lambda: form(port), self._secrets, self._effects, is_kept=is_kept
        )

    def findings(self, recording: Optional[ReplayedDevice]) -> Iterator[Finding]:
        """Findings on the recording, then on a device that ends each connection."""
        broken_rules: list[Rule] = []
        form = self._forms[0]
        if recording is None:
            yield Finding(RULES["status"], UNTRIED, WITHOUT_RECORDING)
        else:
            form, is_reached = self._form_that_reaches(recording)
            if is_reached:
                yield from self._unit_findings(form, recording, broken_rules)
            else:
                device = TrialDevice(
                    self._methods(form, recording.port),
                    f"the recording at port {recording.port}",
                    requests=recording.connections,
                )
                yield from method_findings(device, broken_rules)
        with _ClosingServer() as server:
            trials = [
                FaultTrial("silent", name, partial(raises, "silent", call, name, _judged_silence))
                for name, call in self._calls(form, server.port)
            ]
            for finding in findings_of_trials(trials, broken_rules):
                yield kept_if_reached(finding, is_reached=server.connections > 0)

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
        self, form: Callable[[int], Any], recording: ReplayedDevice, broken_rules: list[Rule]
    ) -> Iterator[Finding]:
        """Findings on a PDU that obeys commands, and on others with a fault each."""
        served: SimulatedPdu = recording.unit
        unit = ServedUnit(served)
        served.requests.clear()
        served.commands.clear()
        names = list(unit.states())
        # one that is neither on nor off, if enough others are left
        # (in a text that is no JSON, another word may have no place)
        has_pending = UNKNOWN in unit.states().values() or served.is_text
        if not has_pending and len(names) > 2:
            on = [name for name, state in unit.states().items() if state is UP]
            unit.turn(on[0] if len(on) > 1 else names[0], UNKNOWN)
        contents = served.contents
        handler_names: dict[str, str] = {}
        device = TrialDevice.of_unit(
            RenamedMethods(self._methods(form, recording.port), handler_names, unit.states),
            "the recording",
            unit,
            lambda: len(served.requests),
            RenamedMethods(self._methods(form, recording.port, is_kept=True), handler_names),
        )._replace(absent_commands=lambda: len(unit.foreign_commands()))
        is_read = True
        for finding in method_findings(device, broken_rules):
            is_read = is_read and (finding.rule, finding.result) != (RULES["status"], UNTRIED)
            yield _doubted(with_order(finding, handler_names), served)
        if not is_read:
            return
        yield identity_finding(handler_names)
        with contextlib.ExitStack() as stack:
            faults = _ServedFaults(
                lambda port: RenamedMethods(self._methods(form, port), handler_names),
                recording.units,
                contents,
                unit,
                stack,
            )
            for finding in findings_of_trials(faults.trials(served), broken_rules):
                yield _doubted(finding, served)

    def _calls(
        self, form: Callable[[int], Any], port: int
    ) -> Iterator[tuple[str, Callable[[], Any]]]:
        methods = self._methods(form, port)
        yield "status", methods.states
        yield "statistic", methods.figures
        yield "port_down", partial(methods.switch, "1", on=False)
        yield "port_up", partial(methods.switch, "1", on=True)


def _doubted(finding: Finding, unit: SimulatedPdu) -> Finding:
    """What was not tried, because the recording does not tell what would be right."""
    for rule, doubt in unit.doubts.items():
        if finding.rule is RULES[rule] and finding.result in (KEPT, UNTRIED):
            return Finding(finding.rule, UNTRIED, doubt)
    return finding


def _judged_silence(answer: Any) -> Optional[tuple[str, str]]:
    """A handler of a PDU without meters need not ask for figures."""
    if isinstance(answer, Figures) and has_no_figure(answer):
        return KEPT, "gives no figure"
    return None


def _itself(finding: Finding) -> Finding:
    return finding


class _ServedFaults:
    """The calls on PDUs with a fault each."""

    def __init__(
        self,
        methods: Callable[[int], RenamedMethods],
        units: Callable[[int, UnitFault, Any], SimulatedPdu],
        contents: Any,
        unit: ServedUnit,
        stack: contextlib.ExitStack,
    ) -> None:
        """`units`: makes a PDU with a fault, from a port and contents; `stack` closes it."""
        self._methods, self._units, self._contents = methods, units, contents
        self._stack = stack
        self._outlets = {UP: unit.switchable_outlet(DOWN), DOWN: unit.switchable_outlet(UP)}
        well = self._served(UnitFault.NONE)
        self._answers: dict[str, Any] = {}
        for name in ("status", "statistic"):
            with contextlib.suppress(Exception):
                self._answers[name] = call_of(self._methods(well.port), name, self._outlets)()

    def _served(self, fault: UnitFault, contents: Any = None) -> SimulatedPdu:
        unit = self._units(0, fault, self._contents if contents is None else contents)
        self._stack.callback(unit.close)
        return unit

    def trials(self, unit: SimulatedPdu) -> list[FaultTrial]:
        """All trials; commands where it is known how such a `unit` is commanded."""
        commands = [
            method
            for method, state in (("port_down", UP), ("port_up", DOWN))
            if self._outlets[state] and "port_down" not in unit.doubts
        ]
        trials = []
        for rule, fault in (
            ("late", UnitFault.LATE),
            ("stuck", UnitFault.STUCK),
            ("pending", UnitFault.PENDING),
            ("answer lost", UnitFault.ANSWER_LOST),
            ("unread", UnitFault.SILENT_AFTER),
        ):
            for method in commands:
                if fault is UnitFault.PENDING and not unit.has_other_states:
                    kept = Finding(RULES[rule], KEPT, "a state of this device is true or false")
                    trials.append(FaultTrial(rule, method, partial(_itself, kept)))
                    continue
                call = partial(self._reported, rule, method, self._served(fault))
                trials.append(FaultTrial(rule, method, call))
        for method in commands:
            refusing = self._served(UnitFault.REFUSES)
            trials.append(self._raising_trial("refused", method, refusing))
        for method in ("status", "statistic"):
            half = self._served(UnitFault.HALF)
            trials.append(self._raising_trial("short", method, half, self._judged_equal(method)))
        for method in unit.protected_methods:
            if method in ("status", "statistic", *commands):
                denying = self._served(UnitFault.DENIES)
                judged = self._judged_denial
                trials.append(self._raising_trial("denied", method, denying, judged))
        return [*trials, *self._lost_trials(unit)]

    def _lost_trials(self, served: SimulatedPdu) -> Iterator[FaultTrial]:
        well = self._served(UnitFault.NONE)
        judged_states = self._judged_states_of_text if served.is_text else self._judged_states
        # of one that is on, too: taken for off, it would be cut off
        outlets = [outlet for outlet in self._outlets.values() if outlet]
        states = [contents for outlet in outlets for contents in well.without_state(outlet)]
        for rule, method, contents, judged in (
            ("lost state", "status", states, judged_states),
            ("meter", "statistic", well.without_figures(), self._judged_figures),
            ("empty", "status", well.without_outlets(), self._judged_empty),
        ):
            if rule == "meter" and self._has_no_meter(well):
                kept = Finding(RULES[rule], KEPT, "the device has no meter")
                yield FaultTrial(rule, method, partial(_itself, kept))
            elif contents:
                call = partial(self._raised_on_all, rule, method, contents, judged)
                yield FaultTrial(rule, method, call)

    def _has_no_meter(self, unit: SimulatedPdu) -> bool:
        figures = unit.figures()
        return figures is not None and has_no_figure(figures)

    def _raising_trial(
        self, rule: str, method: str, unit: SimulatedPdu, judged: JudgedAnswer = lambda _: None
    ) -> FaultTrial:
        return FaultTrial(rule, method, partial(self._raised, rule, method, unit, judged))

    def _judged_equal(self, method: str) -> JudgedAnswer:
        """What a method returns without what failed is right."""

        def judged(answer: Any) -> Optional[tuple[str, str]]:
            is_equal = method in self._answers and answer == self._answers[method]
            return (KEPT, "does not need what failed") if is_equal else None

        return judged

    def _judged_denial(self, answer: Any) -> Optional[tuple[str, str]]:
        """As _judged_silence, of a handler that gave no figure on a device that is well."""
        is_equal = answer == self._answers.get("statistic")
        return _judged_silence(answer) if is_equal else None

    def _judged_states(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_states(answer, self._answers.get("status"))

    def _judged_states_of_text(self, answer: Any) -> Optional[tuple[str, str]]:
        """In a text that is no JSON, a device may always have a state in its place."""
        judgement = judged_states(answer, self._answers.get("status"))
        if judgement is not None and judgement[0] == BROKEN:
            return ADVISED, judgement[1]
        return judgement

    def _judged_figures(self, answer: Any) -> Optional[tuple[str, str]]:
        return judged_figures(answer, self._answers.get("statistic"))

    def _judged_empty(self, answer: Any) -> Optional[tuple[str, str]]:
        if answer:
            return KEPT, "does not need the list"
        return ADVISED, "returned no outlet for an empty list, and raised nothing"

    def _raised_on_all(
        self, rule: str, method: str, contents: Sequence[Any], judged: JudgedAnswer
    ) -> Finding:
        """The worst finding of those on a PDU of each of the contents."""
        unit = self._served(UnitFault.NONE)
        findings = []
        for each in contents:
            unit.contents = each
            findings.append(self._raised(rule, method, unit, judged))
        order = (BROKEN, ADVISED, KEPT, UNTRIED)
        return min(findings, key=lambda finding: order.index(finding.result))

    def _raised(self, rule: str, method: str, unit: SimulatedPdu, judged: JudgedAnswer) -> Finding:
        call = call_of(self._methods(unit.port), method, self._outlets)
        finding = raises(rule, call, method, judged)
        return kept_if_reached(finding, is_reached=bool(unit.requests))

    def _reported(self, rule: str, method: str, served: SimulatedPdu) -> Finding:
        methods = self._methods(served.port)
        outlet = self._outlets[UP if method == "port_down" else DOWN]
        unit = ServedUnit(served)
        finding = reported_state(rule, method, methods, outlet, unit, lambda: bool(served.requests))
        if rule == "pending" and served.is_text and finding.result == BROKEN:
            return finding._replace(result=ADVISED)  # as in _judged_states_of_text
        return finding


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
