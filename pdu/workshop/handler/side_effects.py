"""What a handler's methods do besides asking their PDU, as Python's audit events show it.

An audit hook stays until the process ends. It does nothing in threads that run no handler.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any, Callable, Optional

from handlers.shared.errors import printable

from ...recordings.replay_server import HOST

_LOOPBACK = (HOST, "localhost", "::1")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# devices of the system, and what Python itself writes
_IGNORED_PATH = re.compile("/dev/(null|tty|u?random)|.*__pycache__/[^/]*")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
# of Python 3.12, and of later ones; before, Python does not say it
_THREADS = ("_thread.start_new_thread", "_thread.start_joinable_thread")
_REQUESTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_CHANGES = {
    "os.symlink": "makes a link",
    "os.link": "makes a link",
    "os.rmdir": "removes a folder",
    "os.putenv": "changes the environment",
    "os.unsetenv": "changes the environment",
    "os.chdir": "changes the working folder",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.mkdir": "makes a folder",
}

# by the number of the thread that runs a handler
_watches: dict[int, SideEffects] = {}


class SideEffects:
    """The side effects of one handler's calls, and the line of its code that asked last."""

    def __init__(self, package: str, note_secret: Callable[[str, str], None]) -> None:
        """`package`: the handler's; `note_secret`: searches a text, and is told its place."""
        self._package = package
        self._note_secret = note_secret
        #: sentences, and those about other hosts
        self.sentences: list[str] = []
        self.other_hosts: list[str] = []
        #: the ports of the simulated devices
        self.ports: set[int] = set()
        self._place_by_port: dict[int, str] = {}
        #: the lines of the handler that start threads
        self.threads: list[str] = []
        _install_hook()

    @property
    def has_asked(self) -> bool:
        """Whether a request went to a simulated device."""
        return bool(self._place_by_port)

    @contextlib.contextmanager
    def watching(self, method: str) -> Iterator[None]:
        """Watch this thread, which calls a method of the handler."""
        timeout = socket.getdefaulttimeout()
        _watches[threading.get_ident()] = self
        try:
            yield
        finally:
            del _watches[threading.get_ident()]
            if socket.getdefaulttimeout() != timeout:
                self._add(f"{method} changes the time-out of all sockets")
                socket.setdefaulttimeout(timeout)

    def place_of_request(self, port: int) -> str:
        """The line of the handler that asked this port last, such as `my_handler.py line 7`."""
        return self._place_by_port.get(port, "")

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an audit event of a watched thread."""
        if event == "open":
            self._note_file(*arguments[:3])
        elif event in _PROGRAMS:
            place = _at(self._place())
            self._note_secret(repr(arguments), f"it gives a secret to a program{place}")
            self._add(f"it starts a program{place}")
        elif event in _REQUESTS:
            self._note_request(arguments[1])
        elif event == "socket.getaddrinfo":
            host = _text(arguments[0])
            if host and host not in _LOOPBACK:
                self._add_host(f"it looks up {host}{_at(self._place())}")
        elif event == "sqlite3.connect":
            self._add(f"it opens {_text(arguments[0])} for writing{_at(self._place())}")
        elif event in _THREADS:
            self.threads.append(self._place())
        elif event in _CHANGES:
            place = _at(self._place())
            self._add(f"it {_CHANGES[event]}{place}")

    def _note_file(self, path: object, mode: object, flags: object) -> None:
        """Note a file that is opened for writing: by open(), which gives a mode, or by os.open(),
        which gives flags.
        """
        is_for_writing = False
        if isinstance(mode, str):
            is_for_writing = not set("wax+").isdisjoint(mode)
        elif mode is None and isinstance(flags, int):
            is_for_writing = bool(flags & _WRITING)
        if not is_for_writing or not isinstance(path, (str, bytes, os.PathLike)):
            return
        name = _text(os.fspath(path))
        if _IGNORED_PATH.fullmatch(name):
            return
        place = _at(self._place())
        self._add(f"it opens {name} for writing{place}")

    def _note_request(self, address: object) -> None:
        """Note who is asked: one of the simulated devices, or anybody else."""
        if address is None:
            return
        name = _text(address)
        place = self._place()
        if isinstance(address, tuple) and len(address) > 1:
            host = _text(address[0])
            port = int(address[1])
            if host in _LOOPBACK and port in self.ports:
                self._place_by_port[port] = place
                return
            if port:
                name = f"{host}:{port}"
            if host not in _LOOPBACK:
                self._add_host(f"it asks {name}, which is not its PDU{_at(place)}")
                return
        self._add(f"it asks {name}, which is not its PDU{_at(place)}")

    def _add_host(self, sentence: str) -> None:
        if sentence not in self.other_hosts:
            self.other_hosts.append(printable(sentence, 300))

    def _add(self, sentence: str) -> None:
        if sentence not in self.sentences:
            self.sentences.append(printable(sentence, 300))

    def _place(self) -> str:
        """The innermost line of the handler's code that runs now."""
        frame = sys._getframe()
        while frame is not None:
            name = str(frame.f_globals.get("__name__", ""))
            if name.partition(".")[0] == self._package:
                file = os.path.basename(frame.f_code.co_filename)
                return f"{file} line {frame.f_lineno}"
            caller = frame.f_back
            if caller is None:
                break
            frame = caller
        return ""


def _at(place: str) -> str:
    return f" ({place})" if place else ""


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return printable(bytes(value).decode("utf-8", "replace"), 100)
    return "" if value is None else printable(str(value), 100)


_is_installed = False


def _install_hook() -> None:
    global _is_installed
    if not _is_installed:
        sys.addaudithook(_note_event)
        _is_installed = True


def _note_event(event: str, arguments: tuple[Any, ...]) -> None:
    watch: Optional[SideEffects] = _watches.get(threading.get_ident())
    if watch is not None:
        with contextlib.suppress(Exception):  # an error would end what the handler does
            watch.note(event, arguments)
