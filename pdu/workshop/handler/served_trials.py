"""Calls the four methods of a handler without SNMP on a recording that is served on this machine,
on the same PDU with faults, and at servers in its place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from ...cli.states import DOWN, UP
from ...loading.handler_loading import LoadedHandler
from ...recordings.recording_formats import ReplayedDevice
from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault
from .bounded_methods import BoundedMethods, ShownSecrets
from .calls import kept_if_reached
from .comparisons import has_no_figure
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
from .known_units import ServedUnit
from .method_trials import is_unread, method_findings
from .outlet_names import RenamedMethods, identity_finding, with_order
from .rules import BROKEN, KEPT, RULES, Finding, broken, rules_of, untried
from .side_effects import SideEffects
from .trial_device import TrialDevice
from .trial_servers import (
    TrialServer,
    asking_server,
    http_message,
    proxies_in_environment,
)
from .two_pdus import OnePdu, two_pdus_finding

#: what a handler of an unknown make is advised
WITHOUT_RECORDING = (
    "give a recording of the device: pdu record PATH HOST -o unit.json, then --replay unit.json"
)
# RFC 9110, 15.4: a client asks by GET at the first three, and repeats a POST at the others
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_OF_COMMANDS = (302, 307)


class Forms(NamedTuple):
    """A handler, and what DCImanager's form would carry for a device at a port of this machine."""

    handler: LoadedHandler
    #: in the ways in which an owner may give the port; the first that reaches the device counts
    forms: Sequence[Callable[[int], Any]]
    secrets: ShownSecrets
    effects: SideEffects

    def methods(self, port: int, *, is_kept: bool = False) -> BoundedMethods:
        """The methods on the device at a port, by the first form."""
        form = self.forms[0]
        self.effects.ports.add(port)
        return BoundedMethods(
            self.handler, lambda: form(port), self.secrets, self.effects, is_kept=is_kept
        )

    def that_reaches(self, recording: ReplayedDevice) -> Optional[Forms]:
        """With the first form alone that leads a request to the recording; None if none does."""
        for form in self.forms:
            forms = self._replace(forms=[form])
            with contextlib.suppress(Exception):
                forms.methods(recording.port).states()
            if recording.connections() > 0:
                return forms
        return None


def served_findings(
    forms: Forms, recording: Optional[ReplayedDevice], load_again: Callable[[], LoadedHandler]
) -> Iterator[Finding]:
    """Findings on the recording, and at servers in its place. Ends where two PDUs are taken for one
    another. `load_again`: loads the handler in the environment of now.
    """
    with contextlib.ExitStack() as stack:
        if recording is None:
            yield untried("status", WITHOUT_RECORDING)
            return
        reaching_forms = forms.that_reaches(recording)
        if reaching_forms is None:
            device = TrialDevice(
                methods=forms.methods(recording.port),
                about=f"the recording at port {recording.port}",
                requests=recording.connections,
            )
            yield from method_findings(device)
            return
        for finding in _ServedTrials(reaching_forms, recording, stack).findings(load_again):
            yield _doubted(finding, recording.simulated_pdu)


def _doubted(finding: Finding, pdu: SimulatedPdu) -> Finding:
    """What was not tried, because the recording does not tell what would be right."""
    for rule, doubt in pdu.doubts.items():
        if finding.rule is RULES[rule] and finding.result != BROKEN:
            return untried(rule, doubt)
    return finding


class _ServedTrials:
    """The trials on one recording, and on PDUs like it with faults, which `stack` closes."""

    #: those of the PDUs
    faults: Collection[UnitFault]

    def __init__(
        self, forms: Forms, recording: ReplayedDevice, stack: contextlib.ExitStack
    ) -> None:
        self._forms = forms
        self._recording = recording
        self._stack = stack
        self._pdu: SimulatedPdu = recording.simulated_pdu
        is_over_http = isinstance(self._pdu, HttpPdu)
        other_faults = frozenset() if is_over_http else {UnitFault.BUSY, UnitFault.UNANSWERED}
        self.faults = frozenset(UnitFault) - other_faults
        _give_both_states(ServedUnit(self._pdu))
        self._pdu.requests.clear()
        self._pdu.commands.clear()
        self._contents = self._pdu.contents
        # the handler's names of outlets, by the device's: found at its first status
        self._names: dict[str, str] = {}

    def findings(self, load_again: Callable[[], LoadedHandler]) -> Iterator[Finding]:
        """One after the other."""
        pdus = [self._one_pdu(name) for name in ("first", "second")]
        finding = two_pdus_finding(pdus, lambda: len(self._pdu.requests))
        yield finding
        if finding.result == BROKEN:
            return
        findings = []
        for finding in method_findings(self._recorded_device()):
            findings.append(finding)
            yield with_order(finding, self._names)
        if is_unread(findings):
            return
        yield identity_finding(self._names)
        maker = TrialMaker.of(self)
        trials = [*maker.trials(), *self._silences(maker), *self._lost_members(maker)]
        if isinstance(self._pdu, HttpPdu):
            trials += self._logins(maker)
        yield from findings_of_trials(trials, rules_of(findings, BROKEN))
        if isinstance(self._pdu, HttpPdu):
            yield self._proxy_finding(maker, load_again)

    # ---- devices ---------------------------------------------------------------------------------

    def _recorded_device(self) -> TrialDevice:
        """The recorded PDU, as the handler reads it by new objects and by one that is kept."""
        unit = ServedUnit(self._pdu)
        methods = self._forms.methods(self._recording.port)
        kept_methods = self._forms.methods(self._recording.port, is_kept=True)
        return TrialDevice(
            methods=RenamedMethods(methods, self._names, unit.states),
            about="the recording",
            unit=unit,
            requests=lambda: len(self._pdu.requests),
            kept_methods=RenamedMethods(kept_methods, self._names),
        )

    def _one_pdu(self, name: str) -> OnePdu:
        pdu = self._new_pdu(UnitFault.NONE)
        unit = ServedUnit(pdu)
        names: dict[str, str] = {}
        kept_methods = self._forms.methods(pdu.port, is_kept=True)
        return OnePdu(
            name=name,
            methods=RenamedMethods(self._forms.methods(pdu.port), names, unit.states),
            kept_methods=RenamedMethods(kept_methods, names, unit.states),
            unit=unit,
            requests=lambda: len(pdu.requests),
        )

    def _new_pdu(self, fault: UnitFault) -> SimulatedPdu:
        pdu: SimulatedPdu = self._recording.make_pdu(0, fault, self._contents)
        self._stack.callback(pdu.close)
        return pdu

    def _device_of(self, pdu: SimulatedPdu) -> FaultyDevice:
        methods = RenamedMethods(self._forms.methods(pdu.port, is_kept=True), self._names)
        return FaultyDevice(methods, ServedUnit(pdu), lambda: bool(pdu.requests))

    def faulty(self, fault: UnitFault) -> FaultyDevice:
        return self._device_of(self._new_pdu(fault))

    def _with_each(self, contents: Sequence[Any]) -> Iterator[FaultyDevice]:
        """A PDU that has these contents in turn, after it was read with others."""
        pdu = self._new_pdu(UnitFault.NONE)
        device = self._device_of(pdu)
        read_otherwise(device)
        for content in contents:
            pdu.contents = content
            yield device

    # ---- trials ----------------------------------------------------------------------------------

    def _silences(self, maker: TrialMaker) -> Iterator[FaultTrial]:
        """Calls at a server that ends each connection, at one that takes it and is silent, and of a
        PDU that refuses the login.
        """
        for is_silent in (False, True):
            server = TrialServer(is_silent=is_silent)
            self._stack.callback(server.close)
            device = FaultyDevice(self._forms.methods(server.port), None, lambda: True)
            for method in maker.methods:
                yield maker.raising("silent", method, [device])
        for method in maker.methods:
            if method in self._pdu.protected_methods:
                yield maker.raising("denied", method, [self.faulty(UnitFault.DENIES)])

    def _lost_members(self, maker: TrialMaker) -> Iterator[FaultTrial]:
        """Readings of a PDU without a state, a meter or its list of outlets, and with a figure that
        is 0.
        """
        pdu = self._new_pdu(UnitFault.NONE)
        states = pdu.outlet_states()
        lost_states: list[Any] = []
        for outlet in states:
            lost_states += pdu.without_state(outlet)
            if pdu.turn_outlet(outlet, on=None):  # a state that is not documented
                lost_states.append(pdu.contents)
            pdu.contents = self._contents
        if lost_states:
            devices = self._with_each(lost_states)
            yield maker.raising("lost state", "status", devices, judgement_of_states)
        figures = pdu.figures()
        lost_figures = pdu.without_figures()
        if figures is not None and has_no_figure(figures):
            finding = Finding(RULES["meter"], KEPT, "the device has no meter")
            yield FaultTrial("meter", "statistic", lambda: finding)
        elif lost_figures:
            devices = self._with_each(lost_figures)
            yield maker.raising("meter", "statistic", devices, judgement_of_figures)
        zeros: list[Any] = []
        for contents in pdu.with_zero_figures():
            pdu.contents = contents
            if pdu.outlet_states() == states:  # else the number is one of a state
                zeros.append(contents)
        if zeros:
            yield maker.raising("zero", "status", self._with_each(zeros), judgement_of_zero)
        pdu.contents = self._contents
        lost_outlets = pdu.without_outlets()
        if lost_outlets:
            devices = self._with_each(lost_outlets)
            yield maker.raising("empty", "status", devices, judgement_of_emptiness)

    def _logins(self, maker: TrialMaker) -> Iterator[FaultTrial]:
        """Where a login goes that is refused, and at servers that redirect to another one."""
        for method in maker.methods:
            yield FaultTrial("login", method, partial(self._refused_login, maker, method))
            for status in _REDIRECTS:
                call = partial(self._redirected, maker, method, status)
                yield FaultTrial("redirect", method, call)
        for method in maker.outlets:
            for status in _REDIRECTS_OF_COMMANDS:
                call = partial(self._redirected, maker, method, status, only_commands=True)
                yield FaultTrial("redirect", method, call)

    def _refused_login(self, maker: TrialMaker, method: str) -> Finding:
        """That a login was sent again after it was refused, or another one."""
        pdu = self._new_pdu(UnitFault.DENIES)
        assert isinstance(pdu, HttpPdu)
        with contextlib.suppress(Exception):  # how it ends is another rule
            maker.call_of(self._device_of(pdu).methods, method)()
        logins = [message for message in pdu.messages if self._forms.secrets.is_login(message)]
        # another password, such as the factory's, is sent where the first was
        requests = {_request_line(message) for message in logins if _body(message)}
        others = [message for message in pdu.messages if _request_line(message) in requests]
        count = max(len(logins), len(others))
        if count > 1:
            return broken("login", f"{method} sent {count} logins, and each was refused")
        finding = Finding(RULES["login"], KEPT)
        return kept_if_reached(finding, is_reached=bool(pdu.requests))

    def _redirected(
        self, maker: TrialMaker, method: str, status: int, *, only_commands: bool = False
    ) -> Finding:
        """That a login came to another server by a redirect of each request, or of a command."""
        other_server = asking_server()
        self._stack.callback(other_server.close)
        self._forms.effects.ports.add(other_server.port)
        location = f"http://localhost:{other_server.port}/"
        if only_commands:
            pdu = self._new_pdu(UnitFault.NONE)
            assert isinstance(pdu, HttpPdu)
            pdu.refusal = status, None, {"Location": location}
            port = pdu.port
        else:
            server = TrialServer(http_message(status, f"Location: {location}"))
            self._stack.callback(server.close)
            port = server.port
        with contextlib.suppress(Exception):
            maker.call_of(self._forms.methods(port), method)()
        if any(map(self._forms.secrets.is_login, other_server.requests)):
            why = f"{method} sent the login to another server, to which the device redirected it"
            return broken("redirect", f"{why} (HTTP {status})")
        is_reached = bool(pdu.commands) if only_commands else server.connections > 0
        return kept_if_reached(Finding(RULES["redirect"], KEPT), is_reached=is_reached)

    def _proxy_finding(self, maker: TrialMaker, load_again: Callable[[], LoadedHandler]) -> Finding:
        """That a login came to the proxy that the environment names when the handler is loaded."""
        proxy = asking_server()
        self._stack.callback(proxy.close)
        self._forms.effects.ports.add(proxy.port)
        pdu = self._new_pdu(UnitFault.NONE)
        with proxies_in_environment(proxy.port):
            methods = self._forms._replace(handler=load_again()).methods(pdu.port)
            for method in maker.methods:
                with contextlib.suppress(Exception):
                    maker.call_of(methods, method)()
                if any(map(self._forms.secrets.is_login, proxy.requests)):
                    why = f"{method} sent the login to the proxy of the environment"
                    return broken("proxy", why)
        is_reached = bool(pdu.requests) or proxy.connections > 0
        return kept_if_reached(Finding(RULES["proxy"], KEPT), is_reached=is_reached)


def _request_line(message: str) -> str:
    return message.partition("\n")[0]


def _body(message: str) -> str:
    return message.partition("\n\n")[2]


def _give_both_states(unit: ServedUnit) -> None:
    """Turn an outlet so that one is on and one is off, if there are two: each command and each
    mistaken state is tried.
    """
    states = unit.states()
    for state in (DOWN, UP):
        if len(states) > 1 and state not in states.values():
            unit.turn(next(iter(states)), state)
