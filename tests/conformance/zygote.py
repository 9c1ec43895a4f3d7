"""Forks workers on request. Started by path in a clean process: `python -I zygote.py FD`, where FD is a socket's descriptor.

Each request has the four descriptors of a worker (standard input, output, error, and one that stays open while the worker
lives) and the path of its folder. The answer is the worker's process id. Ends when the other end of the socket is closed.

This process imports `child.py`, pysnmp and larger modules of the standard library once, because these imports take most of the
time that a worker needs to start. It imports no module of an archive or of DCImanager.
"""
from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, List

_CHILD = Path(__file__).parents[1] / "dcimanager" / "child.py"
_LONGEST = 4096
# The double of DCImanager imports pysnmp, whose engines import `platform`. Archives import the others.
_SHARED = ("pysnmp.hlapi.v3arch.asyncio", "platform", "dataclasses", "decimal", "difflib", "http.client")


def main() -> None:
    for name in _SHARED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    spec = importlib.util.spec_from_file_location("child", _CHILD)
    assert spec is not None and spec.loader is not None
    child: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)           # the kernel then reaps ended workers
    with socket.socket(fileno=int(sys.argv[1])) as line:
        while True:
            try:
                folder, descriptors, _, _ = socket.recv_fds(line, _LONGEST, 4)
            except ConnectionResetError:        # the other end was closed before it read the last answer, as by Ctrl-C
                return
            if not folder:
                return
            worker = os.fork()
            if not worker:
                line.close()
                _become(os.fsdecode(folder), descriptors)
                child.main()
            for descriptor in descriptors:
                os.close(descriptor)
            with contextlib.suppress(ConnectionError):      # the other end was closed before the answer
                line.sendall(f"{worker}\n".encode())


def _become(folder: str, descriptors: List[int]) -> None:
    """Gives a worker its descriptors and folder. If the folder is gone, as after Ctrl-C, the FileNotFoundError appears on the
    worker's standard error."""
    for standard, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(folder)


if __name__ == "__main__":
    main()
