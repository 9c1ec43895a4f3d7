"""One call of a handler, with one fault at one step or with none."""

from __future__ import annotations

import contextlib
import importlib
import random
from typing import Any, NamedTuple, Optional

from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView

from . import judgement
from .catalogue import AT_START, WAITS, WRITES, Fault
from .handshakes import Handshakes
from .subjects import Bend, Device, Relay, Subject
from .wire import Exchange

PATIENT_S, BRIEF_S = "20", "0.15"
CONFIRM_S = 0.4


class Call(NamedTuple):
    """`seed`: which of the fault's random forms."""

    method: str
    step: int = 0
    seed: int = 0


class Outcome(NamedTuple):
    """`kind` of the error, or "" if none was raised; `steps`: exchanges; `problems`: defects."""

    kind: str
    steps: int
    problems: tuple[str, ...]


def play(subject: Subject, fault: Optional[Fault], call: Call) -> Outcome:
    """Makes the call, of a device of its own, and judges the result."""
    key, writes, on = fault.key if fault else "", call.method in WRITES, call.method == "port_up"
    port = PduPortView(subject.up if on else subject.down, EnumPowerStatus.UNKNOWN)
    with contextlib.ExitStack() as stack:
        device = stack.enter_context(subject.opened(key))
        relay, settings = _relay(subject, device, fault, call, port.identity, on)
        stack.callback(relay.close)
        if key in AT_START:
            device.happen(key, port.identity, on)
        pdu = _handler(
            subject.name, device, relay, settings, BRIEF_S if key in WAITS else PATIENT_S
        )
        before = device.books()
        view, error = None, None
        try:
            view = (
                getattr(pdu, call.method)(port, deadline=CONFIRM_S)
                if writes
                else getattr(pdu, call.method)()
            )
        except BaseException as raised:  # all are judged
            error = raised
        after = device.books()
        if error is not None:
            problems = [*judgement.error_problems(error, fault, device.secrets)]
        elif fault is not None and fault.seeds:
            problems = [] if writes else [*judgement.form_problems(view)]
        elif writes:
            problems = [*judgement.switch_problems(view, port, on, after, fault)]
        else:
            problems = [*judgement.view_problems(view, call.method, before, after)]
        sent = after.writes[len(before.writes) :]
        if not (fault is not None and fault.seeds and error is None):
            problems += judgement.write_problems(error, port, writes, sent)
        elif len(sent) > writes:
            problems.append(f"{len(sent)} commands: {sent}")
        kind = "" if error is None else str(getattr(error, "kind", type(error).__name__))
        return Outcome(kind, relay.steps, tuple(f"{call}: {problem}" for problem in problems))


def _handler(
    name: str, device: Device, relay: Relay, settings: dict[str, str], timeout: str
) -> Any:
    make = importlib.import_module(f"handlers.{name}.handler").make_handler
    port = {"port": str(relay.port), "timeout": timeout}
    if device.snmp:
        form = {**device.snmp, **port, "retries": "2"}
        return make(PduSnmpData("127.0.0.1", form, settings))
    return make(PduData("127.0.0.1", {**settings, **port}))


def _relay(
    subject: Subject, device: Device, fault: Optional[Fault], call: Call, identity: str, on: bool
) -> tuple[Relay, dict[str, str]]:
    """The relay, or a server of TLS faults in its place, and the handler's settings."""
    settings = dict(device.settings)
    if fault is not None and fault.place == "tls":
        handshakes = Handshakes(fault.key, subject.tls)
        settings.pop("scheme", None)
        return handshakes, {
            **settings,
            **handshakes.settings,
            **({"tls": "yes"} if subject.tls == "STARTTLS" else {}),
        }
    if fault is None or fault.key in AT_START:
        return subject.relay(device.port, None, 0, None), settings
    bend: Optional[Bend] = None
    if fault.place == "answer":
        bend = _bend(subject, fault, call)
    elif fault.place == "device":
        key, left = fault.key, [identity]

        def bend(exchange: Exchange) -> Optional[bytes]:
            if left:
                device.happen(key, left.pop(), on)
            return None

        fault = fault._replace(place="answer")
    return subject.relay(device.port, fault, call.step, bend), settings


def _bend(subject: Subject, fault: Fault, call: Call) -> Bend:
    if fault.key == "random":
        chance = random.Random(f"{subject.name} {call}")
        return lambda exchange: subject.mutated(chance, exchange.answer)
    return subject.bends["broken" if fault.key == "hiccup" else fault.key]
