"""Runs a handler on a platform in a clean process, by its four methods."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus

from .handler_worker import Job, Worker, started

CALL_SECONDS = 300.0


class Platform(NamedTuple):
    """A platform: the folder `tree` with `common` and `pdu_common`.

    `adapter` is a file with the functions of adapter.py, beside this file, that differ on this
    platform ("": none). A worker is a new process of `python`. `cache` is the folder for what it
    compiles: with "", Python writes that into `tree`.
    """

    tree: Path
    adapter: str = ""
    python: str = sys.executable
    cache: str = ""
    #: as in `Job`
    hides_words: bool = False


class HandlerModule(NamedTuple):
    """A handler's module, or the file to load, and the entry for sys.path."""

    path: str
    module: str


class Form(NamedTuple):
    """What DCImanager's form carries for a PDU. The repr shows no secret."""

    #: `snmp` or `custom`
    protocol: str
    address: str
    #: the fields of SNMP
    snmp: Mapping[str, str]
    #: the handler settings
    settings: Mapping[str, str]
    #: the handler's internal name
    handler: str

    def __repr__(self) -> str:
        return f"Form({self.protocol}, {self.address}, {self.handler})"


@contextlib.contextmanager
def worker_process(platform: Platform, handler: HandlerModule, form: Form) -> Iterator[Worker]:
    """A process that calls a handler of the PDU of this form."""
    data = {**form._asdict(), "snmp": dict(form.snmp), "settings": dict(form.settings)}
    job = Job(
        paths=[str(platform.tree), handler.path],
        import_path=handler.module,
        data=data,
        adapter=platform.adapter,
        hides_words=platform.hides_words,
    )
    with tempfile.TemporaryDirectory(prefix="pdu-platform-") as empty:
        start = partial(started, python=platform.python, cache=platform.cache)
        worker = Worker(job, Path(empty), start)
        try:
            yield worker
        finally:
            worker.close()


class CallFailed(PduHandlerError):
    """A call in the worker failed. The reason begins with the kind of its error."""


class WorkerMethods:
    """The methods of a handler in a worker process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._states: Mapping[str, str] = {}
        #: why the handler was not called; "" if each call reached it
        self.not_called = ""
        self.statistic: Mapping[str, Any] = {}

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        self._states = self._call("status")["ports"]
        return [(identity, EnumPowerStatus[name]) for identity, name in self._states.items()]

    def figures(self) -> Figures:
        """None for 0, which a view of the platform may have without a figure of the handler."""
        self.statistic = self._call("statistic")
        outlets = {}
        for identity, energy in self.statistic["ports"].items():
            outlets[identity] = MeterFigures(energy_kwh=energy or None)
        return Figures(
            load_a=self.statistic["load"] or None,
            energy_kwh=self.statistic["total_consumption"] or None,
            ports=outlets,
        )

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        method = "port_up" if on else "port_down"
        answer = self._call(method, identity, self._states.get(identity, "UNKNOWN"))
        if not answer["same_object"]:
            raise CallFailed("it returned another object than it was given")
        return EnumPowerStatus[answer["state"]]

    def _call(self, method: str, identity: str = "", state: str = "UNKNOWN") -> Mapping[str, Any]:
        """What a call returned. Raises CallFailed."""
        call = self._worker.call(method, CALL_SECONDS, identity, state)
        if call.kind == "not-called":
            self.not_called = call.text
        if not call.ok:
            raise CallFailed(f"{call.kind}: {call.text}")
        value: Mapping[str, Any] = call.value
        return value
