"""Runs a handler in a separate process. `worker.py` starts this file by its path, so this file also
runs its neighbours by path.

Reads lines of JSON from standard input: first the job, then one call per line. Answers a call on
standard output with one line of JSON, which has the call's number. Ends when its input ends, even
in the middle of a call, so that it does not outlive the stand-in.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import math
import os
import queue
import re
import runpy
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_KIND = re.compile("[a-z][a-z-]{0,40}")
_LOADER = Path(__file__).resolve().parents[2] / "pdu" / "loading" / "handler_module.py"


def main() -> None:
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
        failed = {"kind": "import", "text": f"{type(error).__name__}: {error}"}
        while True:
            _say(answers, json.loads(lines.get())["number"], failed)
    while True:
        call = json.loads(lines.get())
        _say(answers, call["number"], worker.answer(call))


def _listen(lines: queue.Queue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _say(answers: Any, number: int, answer: Mapping[str, Any]) -> None:
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
    """Calls a handler's methods.

    Keeps the handler object while the data stay the same, unless the job has `fresh`.
    """

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._adapter = _adapter(job["adapter"])
        if job["metering"]:
            self._adapter.prepare()
        loader = runpy.run_path(str(_LOADER))
        self._make = loader["import_handler"](job["import_path"]).make_handler
        self._pdu: Any = None
        self._data: Any = None
        self._fresh = job["fresh"]

    def answer(self, call: Mapping[str, Any]) -> dict[str, Any]:
        try:
            if call["data"] != self._data:
                self._data, self._pdu = call["data"], None
            if not self._fresh:
                return {"value": self._made(call)}
            # here, because its import makes each start slower
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(max_workers=1) as thread:
                self._pdu = None
                return {"value": thread.submit(self._made, call).result()}
        except Exception as error:
            # Each archive has its own error classes, so only the text `kind` can be compared.
            kind = getattr(error, "kind", None)
            if isinstance(kind, str) and _KIND.fullmatch(kind):
                return {"kind": kind, "text": str(error)}
            # of the network, whoever wrote the handler; SnmpTimeout is of our double
            kinds = {kind.__name__ for kind in type(error).__mro__}
            if kinds & {"OSError", "SnmpTimeout"}:
                return {"kind": "unreachable", "text": f"{type(error).__name__}: {error}"}
            logging.exception("defect in %s", call["method"])
            return {"kind": "bug", "text": f"{type(error).__name__}: {error}"}

    def _made(self, call: Mapping[str, str]) -> dict[str, Any]:
        if self._pdu is None:
            self._pdu = self._make(self._adapter.data(**self._data))
        methods = {
            "status": self._status,
            "statistic": self._statistic,
            "labels": self._labels,
            "port_up": self._port_up,
            "port_down": self._port_down,
        }
        return methods[call["method"]](self._pdu, call)

    def _status(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        ports = [
            (_text(identity), _state(name)) for identity, name in self._adapter.ports(pdu.status())
        ]
        _check_distinct([identity for identity, _ in ports])
        return {"ports": dict(ports)}

    def _statistic(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        view = pdu.statistic()
        load, energy = self._adapter.totals(view)
        _check_distinct(self._adapter.port_metered(view))
        return {
            "load": _figure(load),
            "total_consumption": _figure(energy),
            "metered": self._adapter.metered(view),
            "ports": {
                _text(identity): _figure(value)
                for identity, value in self._adapter.port_energy(view).items()
            },
            "port_metered": self._adapter.port_metered(view),
            "port_load": {
                _text(identity): _figure(value)
                for identity, value in self._adapter.port_load(view).items()
            },
        }

    def _labels(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        """`labels` is this project's method, not the platform's."""
        labels = getattr(pdu, "labels", None)
        found = labels() if callable(labels) else []
        return {
            "labels": {_text(item.identity): [str(item.number), str(item.name)] for item in found}
        }

    def _port_up(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        return self._switched(pdu.port_up, call)

    def _port_down(self, pdu: Any, call: Mapping[str, str]) -> dict[str, Any]:
        return self._switched(pdu.port_down, call)

    def _switched(self, switch: Any, call: Mapping[str, str]) -> dict[str, Any]:
        given = self._adapter.port(call["identity"], call["state"])
        port = switch(given)
        if _text(port.identity) != call["identity"]:
            raise ValueError(
                f"the answer is about the port {port.identity!r}, not {call['identity']!r}"
            )
        return {
            "identity": port.identity,
            "state": _state(port.power_status.name),
            "same_object": port is given,
        }


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"not usable as an identity: {value!r}")
    return value


def _check_distinct(identities: Sequence[str]) -> None:
    if len(set(identities)) != len(identities):
        raise ValueError(f"two ports have the same identity: {identities}")


def _state(name: object) -> str:
    if name not in ("UP", "DOWN", "UNKNOWN"):
        raise ValueError(f"a state must be UP, DOWN or UNKNOWN, not {name!r}")
    return str(name)


def _figure(value: object) -> float:
    if not isinstance(value, float) or not math.isfinite(value):
        raise TypeError(f"a figure must be a finite float, not {value!r}")
    return value


if __name__ == "__main__":
    main()
