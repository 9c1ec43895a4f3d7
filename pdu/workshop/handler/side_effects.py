"""What a handler's methods do besides asking their PDU, as Python's audit events show it.

Python tells an audit event, such as "open" or "socket.connect", to a hook in the thread that causes
it, before it happens. The hook here stays until the process ends. It passes an event on only in a
watched thread: one that runs a method of a handler, or was started by such a thread. `_watches` has
by thread the handler's `SideEffects`, and the name of the method that runs. A place is the line of
the handler's code that runs at an event, such as "handler.py line 7".
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from types import FrameType
from typing import Any, Callable, Optional

from handlers.shared.errors import printable

from ...recordings.replay_server import HOST
from .rules import in_brackets

_LOOPBACK = (HOST, "localhost", "::1")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# devices of the system, and what Python itself writes
_IGNORED_PATH = re.compile("/dev/(null|tty|u?random)|.*__pycache__/[^/]*")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork")
_LONGEST_BEGIN = 200
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
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

# by the number of the thread: what notes its events, and the name of the method that it runs
_watches: dict[int, tuple[SideEffects, str]] = {}


class SideEffects:
    """The side effects of one handler's calls. `note` gets the events, and adds sentences for
    people to `sentences`, or to `other_hosts` if it asks another machine; the methods that asked a
    simulated device, or returned, to `called_methods`; and the texts that the handler runs as
    Python to `place_by_executed_text`. `_note_secret` searches a text for secrets.

    After a status that writes a file and asks its PDU:

    sentences         ["it opens /tmp/states for writing (handler.py line 7)"]
    called_methods    {"status"}
    """

    def __init__(self, package: str, note_secret: Callable[[str, str], None]) -> None:
        """`package`: the handler's, such as "handler_dir"; `note_secret`: gets a text that may hold
        a secret, and a sentence that says where it is shown.
        """
        self._package = package
        self._note_secret = note_secret
        self.sentences: list[str] = []
        self.other_hosts: list[str] = []
        #: the ports of the simulated devices on this machine
        self.ports: set[int] = set()
        self.called_methods: set[str] = set()
        #: by the first 200 characters of each text
        self.place_by_executed_text: dict[str, str] = {}
        _install_hook()

    @contextlib.contextmanager
    def watching(self, method: str) -> Iterator[None]:
        """Watch this thread during the block, which calls a method of the handler, and the threads
        that it starts. Adds the method to `called_methods` if the block raises nothing; gives
        sockets their time-out again, and notes it, if the method changed it for all.

            with effects.watching("status"):
                pdu.status()    # events of this thread go to effects.note("status", ...)
        """
        timeout = socket.getdefaulttimeout()
        _watches[threading.get_ident()] = self, method
        try:
            yield
            self.called_methods.add(method)
        finally:
            del _watches[threading.get_ident()]
            if socket.getdefaulttimeout() != timeout:
                self._add_sentence(f"{method} changes the time-out of all sockets")
                socket.setdefaulttimeout(timeout)

    def note(self, method: str, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an audit event of a watched thread, which runs this method. Each sentence ends with
        the place:

            event, arguments                                 noted
            "open", ("/tmp/states", "w", 524865)             sentences: it opens /tmp/states for ...
            "subprocess.Popen", ("curl", ["curl", ...])      sentences: it starts a program
            "os.remove", ("/tmp/states", -1)                 sentences: it removes a file
            "sqlite3.connect", ("states.db",)                sentences: it opens states.db for ...
            "socket.connect", (socket, ("192.0.2.1", 80))    other_hosts: it asks 192.0.2.1:80, ...
            "socket.getaddrinfo", ("pdu.example", 80)        other_hosts: it looks up pdu.example
            "compile", (b"print(1)", "<string>")             place_by_executed_text["print(1)"],
                                                             if the handler's code compiles it

        The arguments of a program are searched for secrets. Other events are passed over.
        """
        if event == "open":
            self._note_file(*arguments[:3])
        elif event in _PROGRAMS:
            place = in_brackets(self._line_of_handler())
            self._note_secret(repr(arguments), f"it gives a secret to a program{place}")
            self._add_sentence(f"it starts a program{place}")
        elif event in _REQUESTS:
            address = arguments[1]
            self._note_request(method, address)
        elif event in _LOOKUPS:
            host = arguments[0]
            self._note_lookup(_text(host))
        elif event == "compile" and _package_of(sys._getframe(2)) == self._package:
            # frame 0 is this function, 1 is the hook, 2 is what compiles
            self.place_by_executed_text[_first_characters(arguments[0])] = self._line_of_handler()
        elif event == "sqlite3.connect":
            self._add_sentence(
                f"it opens {_text(arguments[0])} for writing{in_brackets(self._line_of_handler())}"
            )
        elif event in _CHANGES:
            place = in_brackets(self._line_of_handler())
            self._add_sentence(f"it {_CHANGES[event]}{place}")

    def _note_file(self, path: object, mode: object, flags: object) -> None:
        """Note a file that is opened for writing, unless Python itself may write it. The arguments
        are those of the event "open": `flags` is a number such as os.O_WRONLY.

            "/tmp/states", "w", 524865      sentences: it opens /tmp/states for writing
            "/tmp/states", "r", 524288      nothing
            "/dev/null", "w", 524865        nothing
        """
        if not _is_for_writing(mode, flags) or not isinstance(path, (str, bytes, os.PathLike)):
            return
        name = _text(os.fspath(path))
        if not _IGNORED_PATH.fullmatch(name):
            self._add_sentence(f"it opens {name} for writing{in_brackets(self._line_of_handler())}")

    def _note_lookup(self, host: str) -> None:
        """Note a host name that is looked up, unless it is this machine's: "pdu.example" adds "it
        looks up pdu.example (handler.py line 7)" to `other_hosts`.
        """
        # the address of the PDU that the handler was given may be HOST:PORT
        if host and host not in _LOOPBACK and not host.startswith(f"{HOST}:"):
            _append_once(
                self.other_hosts, f"it looks up {host}{in_brackets(self._line_of_handler())}"
            )

    def _note_request(self, method: str, address: object) -> None:
        """Note who is asked by a method, at the address to which a socket connects or sends.

        address                noted
        ("127.0.0.1", 8080)    called_methods: the method, if a simulated device has this port
        ("127.0.0.1", 8089)    sentences: it asks 127.0.0.1:8089, which is not its PDU
        ("192.0.2.1", 80)      other_hosts: it asks 192.0.2.1:80, which is not its PDU
        "/run/docker.sock"     sentences: it asks /run/docker.sock, which is not its PDU
        None                   nothing: the socket is connected, which was noted
        """
        if address is None:
            return
        place = self._line_of_handler()
        if not isinstance(address, tuple) or len(address) < 2:  # the path of a local socket
            self._add_sentence(
                f"it asks {_text(address)}, which is not its PDU{in_brackets(place)}"
            )
            return
        host = _text(address[0])
        port = int(address[1])
        name = f"{host}:{port}" if port else _text(address)
        sentence = f"it asks {name}, which is not its PDU{in_brackets(place)}"
        if host not in _LOOPBACK:
            _append_once(self.other_hosts, sentence)
        elif port in self.ports:
            self.called_methods.add(method)
        else:
            self._add_sentence(sentence)

    def _add_sentence(self, sentence: str) -> None:
        _append_once(self.sentences, sentence)

    def _line_of_handler(self) -> str:
        """The line of the handler's code that runs now, or that called what runs now, such as
        "handler.py line 7"; "" if none of its code runs.
        """
        frame: Optional[FrameType] = sys._getframe()
        while frame is not None:
            if _package_of(frame) == self._package:
                file = os.path.basename(frame.f_code.co_filename)
                return f"{file} line {frame.f_lineno}"
            frame = frame.f_back
        return ""


def _package_of(frame: FrameType) -> str:
    """The top-level package of the code that runs in a frame, such as "handler_dir"; "" if it is in
    no module.
    """
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _append_once(sentences: list[str], sentence: str) -> None:
    """Append a sentence, unless the list has it. Unprintable characters are escaped, and what is
    beyond 300 characters is cut off.
    """
    text = printable(sentence, 300)
    if text not in sentences:
        sentences.append(text)


def _is_for_writing(mode: object, flags: object) -> bool:
    """Whether a file is opened for writing: by open(), which gives a mode, or by os.open(), which
    gives flags.

    >>> _is_for_writing("rb", 0), _is_for_writing("r+", 0), _is_for_writing(None, os.O_WRONLY)
    (False, True, True)
    """
    if isinstance(mode, str):
        return not set("wax+").isdisjoint(mode)
    return mode is None and isinstance(flags, int) and bool(flags & _WRITING)


def _first_characters(source: object) -> str:
    """The first 200 characters of a text that is compiled.

    >>> _first_characters(b"print(1)")
    'print(1)'
    """
    text = source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)
    return text[:_LONGEST_BEGIN]


def _text(value: object) -> str:
    """An argument of an event, such as a path or an address, as a sentence shows it.

    >>> _text(b"/tmp/states"), _text(("192.0.2.1", 0)), _text(None)
    ('/tmp/states', "('192.0.2.1', 0)", '')
    """
    if isinstance(value, (bytes, bytearray)):
        return printable(bytes(value).decode("utf-8", "replace"), 100)
    return "" if value is None else printable(str(value), 100)


_is_installed = False


def _install_hook() -> None:
    """Let Python tell each audit event to `_note_event`, and let threads be watched that a watched
    thread starts. Only the first call in a process does something.
    """
    global _is_installed
    if not _is_installed:
        sys.addaudithook(_note_event)
        # Python says which thread started another one since 3.12 alone
        setattr(threading.Thread, "start", _start_watched)
        _is_installed = True


def _note_event(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: pass the event on to the SideEffects of this thread, if it is watched."""
    if threading.get_ident() in _watches:
        effects, method = _watches[threading.get_ident()]
        with contextlib.suppress(Exception):  # an error would end what the handler does
            effects.note(method, event, arguments)


_start = threading.Thread.start


def _start_watched(thread: threading.Thread) -> None:
    """Takes the place of Thread.start: starts the thread, and watches it if the thread that starts
    it is watched.
    """
    watch = _watches.get(threading.get_ident())
    if watch is not None:
        setattr(thread, "run", partial(_run_watched, watch, thread.run))
    _start(thread)


def _run_watched(watch: tuple[SideEffects, str], run: Callable[[], None]) -> None:
    """Run a thread's function, and watch the thread meanwhile. `watch`: of the thread that started
    it: the SideEffects that get the events, and the name of the method.
    """
    _watches[threading.get_ident()] = watch
    try:
        run()
    finally:
        del _watches[threading.get_ident()]
