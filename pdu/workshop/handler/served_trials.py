"""Calls the four methods of a handler without SNMP on a recording that is served on this machine,
on the same PDU with faults, and at servers in its place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, Callable, Optional

from ...cli.states import DOWN, UP
from ...loading.handler_loading import LoadedHandler
from ...recordings.recording_formats import ReplayedDevice
from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault
from .bounded_methods import Forms
from .calls import kept_if_reached
from .comparisons import has_no_figure
from .fault_trials import (
    FaultTrial,
    FaultyDevice,
    TrialMaker,
    findings_of_trials,
    read_otherwise,
)
from .known_units import ServedUnit
from .method_trials import is_unread, method_findings
from .outlet_names import RenamedMethods, identity_finding, with_order
from .rules import BROKEN, RULES, Finding, broken, kept, rules_of, untried
from .trial_device import TrialDevice, device_at_port
from .trial_servers import (
    TrialServer,
    asking_server,
    http_message,
    proxies_in_environment,
)
from .two_pdus import two_pdus_finding

#: what a handler of an unknown make is advised
WITHOUT_RECORDING = (
    "give a recording of the device: pdu record PATH HOST -o unit.har, then --replay unit.har"
)
# RFC 9110, 15.4: a client asks by GET at the first three, and repeats a POST at the others
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_OF_COMMANDS = (302, 307)


def _reaching(forms: Forms, recording: ReplayedDevice) -> Optional[Forms]:
    """With the first form alone that leads a request to the recording; None if none does."""
    for form in forms.forms:
        forms_of_one = forms._replace(forms=[form])
        with contextlib.suppress(Exception):
            forms_of_one.methods(recording.port).states()
        if recording.connections() > 0:
            return forms_of_one
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
        reaching_forms = _reaching(forms, recording)
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
        """Findings on two PDUs, on the recorded one, then on PDUs with a fault each. Ends after two
        PDUs that are taken for one another, and after a status that was not tried.
        """
        pdus = [self._trial_device(self._new_pdu(UnitFault.NONE), {}) for _ in range(2)]
        finding = two_pdus_finding(pdus, lambda: len(self._pdu.requests))
        yield finding
        if finding.result == BROKEN:
            return
        findings = []
        for finding in method_findings(self._trial_device(self._pdu, self._names)):
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

    def _trial_device(self, pdu: SimulatedPdu, names: dict[str, str]) -> TrialDevice:
        """A PDU, and the handler that reads it; see `device_at_port`."""
        unit = ServedUnit(pdu)
        requests = partial(len, pdu.requests)
        return device_at_port(self._forms, pdu.port, unit, "the recording", requests, names)

    def _new_pdu(self, fault: UnitFault) -> SimulatedPdu:
        """A PDU like the recorded one, with this fault."""
        pdu: SimulatedPdu = self._recording.make_pdu(0, fault, self._contents)
        self._stack.callback(pdu.close)
        return pdu

    def _device_of(self, pdu: SimulatedPdu) -> FaultyDevice:
        """A PDU, and the handler that reads it by one object."""
        methods = RenamedMethods(self._forms.methods(pdu.port, is_kept=True), self._names)
        return FaultyDevice(methods, ServedUnit(pdu), lambda: bool(pdu.requests))

    def faulty(self, fault: UnitFault) -> FaultyDevice:
        return self._device_of(self._new_pdu(fault))

    def _with_each(self, contents: Sequence[Any]) -> Iterator[FaultyDevice]:
        """A PDU that has each of these contents in turn, after it was read with others."""
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
            device = FaultyDevice(
                methods=self._forms.methods(server.port),
                unit=None,
                is_reached=lambda: True,  # by TCP: the server takes each connection
            )
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
        figures = pdu.figures()
        lost_figures = pdu.without_figures()
        if figures is not None and has_no_figure(figures):
            lost_figures = []
            finding = kept("meter", "the device has no meter")
            yield FaultTrial("meter", "statistic", lambda: finding)
        for rule, method, contents in (
            ("lost state", "status", self._without_each_state(pdu)),
            ("meter", "statistic", lost_figures),
            ("zero", "status", self._with_each_zero(pdu)),
            ("empty", "status", pdu.without_outlets()),
        ):
            if contents:
                yield maker.raising(rule, method, self._with_each(contents))

    def _without_each_state(self, pdu: SimulatedPdu) -> list[Any]:
        """Contents without the state of an outlet, or with one that is not documented."""
        contents: list[Any] = []
        for outlet in pdu.outlet_states():
            contents += pdu.without_state(outlet)
            if pdu.turn_outlet(outlet, on=None):
                contents.append(pdu.contents)
            pdu.contents = self._contents
        return contents

    def _with_each_zero(self, pdu: SimulatedPdu) -> list[Any]:
        """Contents with 0 in the place of a number each, without those of states."""
        states = pdu.outlet_states()
        zeros: list[Any] = []
        for contents in pdu.with_zero_figures():
            pdu.contents = contents
            if pdu.outlet_states() == states:
                zeros.append(contents)
        pdu.contents = self._contents
        return zeros

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
        """Broken if a login was sent again after it was refused, or another one."""
        pdu = self._new_pdu(UnitFault.DENIES)
        assert isinstance(pdu, HttpPdu)
        with contextlib.suppress(Exception):  # how it ends is another rule
            maker.call_of(self._device_of(pdu).methods, method)()
        logins = [message for message in pdu.messages if self._forms.secrets.is_login(message)]
        # another password, such as the factory's, is sent where the first was
        requests = {_request_line(message) for message in logins if _body(message)}
        attempts = [message for message in pdu.messages if _request_line(message) in requests]
        count = max(len(logins), len(attempts))
        if count > 1:
            return broken("login", f"{method} sent {count} logins, and each was refused")
        finding = kept("login")
        return kept_if_reached(finding, is_reached=bool(pdu.requests))

    def _redirected(
        self, maker: TrialMaker, method: str, status: int, *, only_commands: bool = False
    ) -> Finding:
        """Broken if a login came to another server by a redirect of each request, or of commands
        alone.
        """
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
        return kept_if_reached(kept("redirect"), is_reached=is_reached)

    def _proxy_finding(self, maker: TrialMaker, load_again: Callable[[], LoadedHandler]) -> Finding:
        """Broken if a login came to the proxy that the environment names when the handler is
        loaded.
        """
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
        return kept_if_reached(kept("proxy"), is_reached=is_reached)


def _request_line(message: str) -> str:
    """Method and target of a request over HTTP."""
    return message.partition("\n")[0]


def _body(message: str) -> str:
    """What follows the headers of a request over HTTP."""
    return message.partition("\n\n")[2]


def _give_both_states(unit: ServedUnit) -> None:
    """Turn an outlet so that one is on and one is off, if there are two: each command and each
    mistaken state is tried.
    """
    states = unit.states()
    for state in (DOWN, UP):
        if len(states) > 1 and state not in states.values():
            unit.turn(next(iter(states)), state)
