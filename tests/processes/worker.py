"""A process that carries out orders for tests and benchmarks, for example with another program's
modules.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.needs import ROOT
from tests.waiting import PATIENCE_S


class Worker:
    """A process that executes orders; a context manager. Modules are also imported from `folder`.

    `module` reads orders from its input, one JSON array a line. It answers each with a line
    {"result": …} or {"error": text}.
    """

    def __init__(self, folder: Path, module: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def order(self, *order: Any, seconds: float = 60.0) -> Any:
        """The result of an order. Kills the process if it does not answer within `seconds`.

        Raises RuntimeError with the traceback of a failed order, or if the process has ended or is
        killed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        watchdog = threading.Timer(seconds, kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line.endswith("\n"):
            if late.is_set():
                raise RuntimeError(f"the process was killed after {seconds:g} s without an answer")
            raise RuntimeError("the process ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=PATIENCE_S)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
