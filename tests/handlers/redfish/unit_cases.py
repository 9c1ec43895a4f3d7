"""Calls to a Redfish unit: the .txt files here (tests/tables.py), with all that is sent.

On the left stand the changes of the unit and the call (case_unit.py); a line without a call has
that of CALL_BY_TABLE.

On the right stand the states, the figures, or the kind of an error with its words [and the settings
that it names]; the requests; and warnings. `read` is a status, and labels and figures, too, where
these list other outlets or have another error. No error and nothing that is logged has the password
or the token of a session.

Of figures: `8A` measured, `-A (why)` not metered, `?A (why)` not known, `(same)` for the reason
before it, `!W` not asked for. They are of all PDUs; `in` of the mains; and of each outlet. What has
no meter is left out.

Requests: `4G` for four GETs, `g` without a login, `T` with a session's token, `G.2` with $expand of
two levels; `S` opens a session and `D` ends it; `P1{body}` is a command to outlet 1, with `^ETAG`.
Where several connections read, a slow answer is asked for again: `..G`.

`python -m tests.handlers.redfish.unit_cases` writes right sides.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from handlers.dcimanager import Figures, OpenPdu
from handlers.redfish.handler import RedfishPdu, Session
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
)
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.chains import kept
from tests.handlers.clocks import in_switching
from tests.tables import Case, Table

from .case_unit import CaseUnit
from .guarded import SESSIONS
from .tree import OUTLETS, PASSWORD, Request, Tree, handler, serving

CALL_BY_TABLE = {
    "switching": "off 1",
    "metering": "figures",
    "pdus": "read",
    "members": "read",
    "outlets": "read",
    "service": "status",
}


def shown(case: Case, call: str) -> str:
    """The right side of a case, on a clock of its own. `call`: that of a line without one."""
    with pytest.MonkeyPatch.context() as patch:
        in_switching(patch)
        return _result(CaseUnit(case.left.split(" & "), call))


class _Log(logging.Handler):
    """Keeps what the handler logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())
        if record.levelno >= logging.WARNING:
            self.warnings.append(record.getMessage())


@contextlib.contextmanager
def _logging_to(log: _Log) -> Iterator[None]:
    """Give what the handler logs to this log alone."""
    logger = logging.getLogger("handlers")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(log)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = True
        logger.removeHandler(log)
        logger.setLevel(level)


def _result(device: CaseUnit) -> str:
    """What comes of the call of a unit."""
    log = _Log()
    with serving(device) as address:
        pdu = handler(address, **device.settings)
        hidden_text = ""
        with _logging_to(log):
            try:
                text = _returned(device.call, pdu, device.identity)
            except PduHandlerError as error:
                settings = f" [{', '.join(error.keys)}]" if error.keys else ""
                text = f"{error.kind}: {error}{settings}"
                hidden_text = kept(error)
        parts = [text, _requests(device), *log.warnings]
        if device.call == "read":
            parts += _other_lists(pdu)
    all_texts = "\n".join([text, hidden_text, *log.texts])
    for secret in (PASSWORD, device.token):
        if secret and secret in all_texts:
            parts.append(f"{secret} IS SHOWN")
    return "; ".join(parts).replace(f"{address}: ", "").replace(address, "HERE")


def _returned(call: str, pdu: RedfishPdu, identity: str) -> str:
    """What a call returns."""
    if call in ("on", "off"):
        port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
        switch = pdu.port_up if call == "on" else pdu.port_down
        switch(port, deadline=10.0, pause=1.0)
        return port.power_status.name
    if call in ("read", "status"):
        ports = [f"{port.identity} {port.power_status.name}" for port in pdu.status().ports]
        return ", ".join(ports) or "no outlets"
    if call == "statistic":
        return _statistic(pdu)
    return figures_text(pdu.measured(with_power=call == "figures"))


def _statistic(pdu: RedfishPdu) -> str:
    """What DCImanager shows."""
    view = pdu.statistic()
    ports = [f"{port.identity} {port.consumption:.15g}kWh" for port in view.ports]
    return "; ".join([f"{view.load:.15g}A {view.total_consumption:.15g}kWh", *ports])


def figures_text(figures: Figures) -> str:
    """The figures of PDUs and outlets."""
    writer = _FigureWriter()
    total = MeterFigures(figures.load_a, figures.power_w, figures.energy_kwh)
    texts = [writer.text(total) or "nothing"]
    inlet = writer.text(MeterFigures(figures.inlet_a, figures.inlet_w))
    if inlet:
        texts.append(f"in {inlet}")
    for identity, port in figures.ports.items():
        texts.append(f"{identity} {writer.text(port)}".strip())
    return "; ".join(texts)


class _FigureWriter:
    """Writes what meters show."""

    def __init__(self) -> None:
        self._last_reason = ""

    def text(self, meter: MeterFigures) -> str:
        """The figures of a meter, without those that it does not have."""
        texts = [self._figure(figure, name) for figure, name in zip(meter, ("A", "W", "kWh"))]
        return " ".join(filter(None, texts))

    def _figure(self, figure: Figure, name: str) -> str:
        """A figure, "" for none."""
        if figure is None:
            return ""
        if figure == NOT_ASKED:
            return f"!{name}"
        if isinstance(figure, (NotKnown, NotMetered)):
            mark = "-" if isinstance(figure, NotMetered) else "?"
            reason = "same" if figure.reason == self._last_reason else figure.reason
            self._last_reason = figure.reason
            return f"{mark}{name} ({reason})"
        return f"{figure:.15g}{name}"


def _other_lists(pdu: RedfishPdu) -> Sequence[str]:
    """What labels and figures say if they list other outlets than the status, or have another
    error.
    """
    with pdu.opened() as opened_pdu:
        lists = {call: _listed(opened_pdu, call) for call in ("status", "labels", "figures")}
    return [f"{call}: {text}" for call, text in lists.items() if text != lists["status"]]


def _listed(pdu: OpenPdu[Session], call: str) -> str:
    """The outlets that a call lists, or its error."""
    try:
        if call == "status":
            return ", ".join(identity for identity, _ in pdu.states())
        if call == "labels":
            return ", ".join(label.identity for label in pdu.labels())
        return ", ".join(pdu.figures(with_power=False).ports)
    except PduHandlerError as error:
        return f"{error.kind}: {error.reason}"


def _requests(device: Tree) -> str:
    """The requests that a unit got."""
    words: list[str] = []
    for word, group in itertools.groupby(map(_request, device.requests)):
        count = len(list(group))
        words += [f"{count}{word}"] if word in ("G", "g", "T") else [word] * count
    return " ".join(words)


def _request(request: Request) -> str:
    """The word for a request."""
    name, _, _ = request.path.replace(f"{OUTLETS}/", "").partition("/")
    if request.method == "DELETE":
        letter = "D" if "x-auth-token" in request.headers else "d"
        return letter if request.path == f"{SESSIONS}/7" else f"{letter}{request.path}"
    if b"UserName" in request.body:
        return "S"
    if request.method == "POST":
        etag = request.headers.get("if-match")
        suffix = f"^{etag}" if etag else ""
        return f"P{name}{request.body.decode()}{suffix}"
    letter = "T" if "x-auth-token" in request.headers else "g"
    if "authorization" in request.headers:
        letter = "G"
    _, _, query = request.target.partition("?$expand=")
    return letter + re.sub(r"\(\$levels=(\d+)\)", r"\1", query)


def table_of(name: str) -> Table:
    """The table of this name."""
    return Table(Path(__file__).with_name(f"{name}.txt"))


if __name__ == "__main__":
    for table_name, default_call in CALL_BY_TABLE.items():
        table_of(table_name).write(partial(shown, call=default_call))
