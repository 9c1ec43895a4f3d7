"""Runs a handler in a separate process. `handler_worker.py` starts this file by its path, so
this file also runs its neighbours by path.

Reads lines of JSON from standard input: first the job, then one call per line. Answers a call on
standard output with one line of JSON, which has the call's number. Ends when its input ends, even
in the middle of a call, so that it does not outlive what started it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import os
import queue
import re
import runpy
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

_KIND = re.compile("[a-z][a-z-]{0,40}")
# how a handler quotes an error of the platform: in brackets, after its type
_QUOTED = re.compile(r"(?s) \((\w+(?:Error|Exception|Timeout)\b)?.*")
_LOADING = Path(__file__).resolve().parents[2] / "pdu" / "loading"
# what decides for `pdu`
_judge = SimpleNamespace(**runpy.run_path(str(_LOADING / "answers.py")))
_error_type = runpy.run_path(str(Path(__file__).with_name("error_types.py")))["error_type"]


def main() -> None:
    """Answer calls until the input ends. If the handler cannot be loaded, the answer to
    each is that error.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # a handler's prints go to standard error, not between the answers
    os.dup2(2, 1)
    assert isinstance(sys.stdout, io.TextIOWrapper)
    # a line is written at once, so it is in the log of its own call
    sys.stdout.reconfigure(line_buffering=True)
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    job = json.loads(lines.get())
    sys.path[:0] = job["paths"]
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        worker = _Worker(job)
    except BaseException as error:
        # a third-party module may raise anything at its import, SystemExit too
        logging.exception("the archive cannot be loaded")
        text = _words(error, f"{type(error).__name__}: {error}", job)
        kind = _NotCalled.kind if _is_of_platform(error, job["paths"]) else "import"
        import_error = {"kind": kind, "text": text, "error": _error_type(error)}
        while True:
            _say(answers, json.loads(lines.get())["number"], import_error)
    while True:
        call = json.loads(lines.get())
        _say(answers, call["number"], worker.answer(call))


class _NotCalled(Exception):
    """The platform did not get as far as a call of the handler."""

    kind = "not-called"


def _is_of_platform(error: BaseException, paths: Sequence[str]) -> bool:
    """Whether a module of the platform, in one of these folders, was being imported."""
    packages: list[Path] = []
    for path in paths:
        packages += [Path(path, "common"), Path(path, "pdu_common")]
    for frame in traceback.extract_tb(error.__traceback__):
        if not set(packages).isdisjoint(Path(frame.filename).parents):
            return True
    return False


def _words(error: BaseException, words: str, job: Mapping[str, Any]) -> str:
    """What an error says, its `words`; types alone for one that the platform raised, or that may
    quote such a one, if the job hides the words of the platform.
    """
    cause: Optional[BaseException] = error
    while cause is not None and job["hides_words"]:
        if _is_of_platform(cause, job["paths"]):
            types = dict.fromkeys((_error_type(error), _error_type(cause)))
            return ", ".join(types)
        cause = cause.__cause__ or cause.__context__
    return words


def _listen(lines: queue.Queue[str]) -> None:
    """Put each line of the input into the queue, and end the process with the input."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _say(answers: Any, number: int, answer: Mapping[str, Any]) -> None:
    """Write the answer to the call with this number."""
    with contextlib.suppress(OSError, ValueError):  # a handler may have closed it
        sys.stdout.flush()
    answers.write(json.dumps({**answer, "number": number}) + "\n")
    answers.flush()


def _adapter(path: str) -> Any:
    """The functions of `adapter.py`, overridden by the module at `path`."""
    own = Path(__file__).with_name("adapter.py")
    functions = runpy.run_path(str(own))
    if path:
        functions.update(runpy.run_path(path))
    return SimpleNamespace(**functions)


class _Worker:
    """Calls a handler's methods. Keeps the handler object while the data stay the same."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._job = job
        self._adapter = _adapter(job["adapter"])
        loader = runpy.run_path(str(_LOADING / "handler_module.py"))
        self._make = loader["import_handler"](job["import_path"]).make_handler
        self._pdu: Any = None
        self._data: Any = None

    def answer(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """What a call returns or raises, as JSON has it."""
        try:
            return {"value": self._value(call)}
        except Exception as error:
            return _failure(error, call["method"], self._job)

    def _value(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """What a call returns, on the object of the call before if that had the same data."""
        if call["data"] != self._data:
            self._data = call["data"]
            self._pdu = None
        if self._pdu is None:
            self._pdu = self._make(self._pdu_data())
        methods = {
            "status": self._status,
            "statistic": self._statistic,
            "labels": self._labels,
            "port_up": self._port_up,
            "port_down": self._port_down,
        }
        return methods[call["method"]](self._pdu, call)

    def _pdu_data(self) -> Any:
        """The object for make_handler. Raises _NotCalled."""
        try:
            return self._adapter.data(**self._data)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise _NotCalled(_words(error, text, self._job)) from None

    def _status(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        """The states by identity. Raises WrongAnswer for what the vendor's page does not allow."""
        helper = _helper()
        ports = _judge.checked_ports("status", pdu.status(), helper.PduView, helper.PduPortView)
        state_by_identity = {}
        for port in ports:
            state = _judge.checked_state("status", port, helper.EnumPowerStatus)
            state_by_identity[port.identity] = str(state.name)
        return {"ports": state_by_identity}

    def _statistic(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        """The figures. Raises WrongAnswer for what the vendor's page does not allow."""
        helper = _helper()
        view = pdu.statistic()
        ports = _judge.checked_ports(
            "statistic", view, helper.PduStatisticView, helper.PduPortStatisticView
        )
        for checked_view in (view, *ports):
            _judge.check_fields(checked_view)
        load, energy = self._adapter.totals(view)
        return {
            "load": _judge.finite_figure("load", load, view),
            "total_consumption": _judge.finite_figure("total_consumption", energy, view),
            "ports": _finite("consumption", self._adapter.port_energy(view)),
            "port_load": _finite("load", self._adapter.port_load(view)),
        }

    def _labels(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        """Number and name of each outlet by identity; {} without `labels`, this pack's method."""
        read_labels = getattr(pdu, "labels", None)
        labels = {}
        for item in read_labels() if callable(read_labels) else ():
            labels[str(item.identity)] = [str(item.number), str(item.name)]
        return {"labels": labels}

    def _port_up(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        return self._switched(pdu.port_up, call)

    def _port_down(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        return self._switched(pdu.port_down, call)

    def _switched(self, switch: Any, call: Mapping[str, str]) -> dict[str, Any]:
        """The state after a command. Raises WrongAnswer if the vendor's page does not allow it."""
        helper = _helper()
        port_view = self._adapter.port(call["identity"], call["state"])
        port = switch(port_view)
        state = _judge.switched_state(
            call["method"], port, call["identity"], helper.PduPortView, helper.EnumPowerStatus
        )
        return {"identity": port.identity, "state": state.name, "same_object": port is port_view}


def _failure(error: Exception, method: str, job: Mapping[str, Any]) -> dict[str, Any]:
    """Why a call failed: by the error's own kind, else of the network, else a defect."""
    kind = getattr(error, "kind", None)
    # each archive has its own error classes, so only the text `kind` can be compared
    if isinstance(error, _NotCalled):
        return {"kind": error.kind, "text": str(error), "error": _error_type(error)}
    if isinstance(kind, str) and _KIND.fullmatch(kind):
        text = _words(error, str(error), job)
        if job["hides_words"]:
            text = _QUOTED.sub(lambda match: f" ({match[1]})" if match[1] else "", text)
        return {"kind": kind, "text": text, "error": _error_type(error)}
    text = _words(error, f"{type(error).__name__}: {error}", job)
    class_names = {base.__name__ for base in type(error).__mro__}
    # of the network, whoever wrote the handler; SnmpTimeout is of our double
    if class_names & {"OSError", "SnmpTimeout"}:
        return {"kind": "unreachable", "text": text, "error": _error_type(error)}
    logging.exception("defect in %s", method)
    if isinstance(error, _judge.WrongAnswer):
        text = str(error)
    return {"kind": "bug", "text": text, "error": _error_type(error)}


def _helper() -> Any:
    """The platform's views."""
    return importlib.import_module("pdu_common.helper")


def _finite(name: str, figures: Mapping[str, object]) -> dict[str, float]:
    """Figures of outlets by identity."""
    return {
        identity: _judge.finite_figure(name, value, SimpleNamespace(identity=identity))
        for identity, value in figures.items()
    }


if __name__ == "__main__":
    main()
