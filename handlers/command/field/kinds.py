"""How the commands reach what each handler does in the field: `KIND` of `<handler>/kind.py` beside this file, and `identity`."""
from __future__ import annotations

import importlib
import pkgutil
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Collection, Dict, List, NamedTuple, Optional, Sequence, Tuple, TypeVar

from ... import registry
from ...errors import SettingsError, Unreachable
from ..output import figure
from . import __path__ as _OWN

T = TypeVar("T")
_PAUSE_S = 2.0


class Recorder:
    """How a recording is made: the kinds of names that stay, the patience with a lost connection, and who shows the progress."""

    def __init__(self, keep: Collection[str] = (), patience: float = 0.0, tell: Callable[[str], None] = lambda _: None,
                 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self.keep, self.tell = keep, tell
        self._patience, self._clock, self._sleep = patience, clock, sleep

    def again(self, read: Callable[[], T]) -> T:
        """What `read` returns, tried anew while the device is Unreachable, for as long as the patience lasts."""
        end: Optional[float] = None
        while True:
            try:
                return read()
            except Unreachable:
                now = self._clock()
                end = now + self._patience if end is None else end
                if now >= end:
                    raise
                self.tell("no answer; trying again")
                self._sleep(min(_PAUSE_S, end - now))


class Recording(NamedTuple):
    """The text of a file, what it holds, and what is worth knowing of it."""

    text: str
    holds: str
    notes: Sequence[str] = ()


class Served(NamedTuple):
    """A device made of a recording, on a port of this machine."""

    host: str
    port: int
    about: str                          # what answers there
    poll: str                           # the arguments of `pdu status` that read it
    writes: Callable[[], Sequence[str]]         # every command that arrived, and what became of it
    close: Callable[[], None]


@dataclass
class Identity:
    """What one handler finds at an address. `family` is "" where it does not read the device; `why` says why, or why not.

    `tried` and `seen` are rows for a person: families and what became of each, objects and what they hold. `can` and `cannot` are
    sentences; `rests` is capability -> what it rests on. `way_on` is what to do next.
    """

    handler: str
    answers: bool = False
    family: str = ""
    why: str = ""
    about: Dict[str, str] = field(default_factory=dict)
    tried: List[Dict[str, str]] = field(default_factory=list)
    seen: List[Dict[str, Any]] = field(default_factory=list)
    can: List[str] = field(default_factory=list)
    cannot: List[str] = field(default_factory=list)
    rests: Dict[str, str] = field(default_factory=dict)
    way_on: List[str] = field(default_factory=list)

    def note_total(self, name: str, value: Optional[float], unit: str, basis: str, device: str = "") -> None:
        """Note a total: that it can be told, and what it rests on, or that it cannot. `device` is one of several."""
        before = f"{device}: " if device else ""
        if value is None:
            self.cannot.append(f"{before}tell its {name}")
        else:
            self.can.append(f"{before}tell its {name} ({figure(value, unit)})")
            self.rests[before + name] = basis


class Kind(NamedTuple):
    """What one handler does in the field.

    `tcp_port` is the usual one; None over UDP, where only an answer shows that somebody listens. Where several handlers read a
    device, the one of the lowest `rank` is to be used. `record`: its answers, scrubbed; raises the errors of handlers/errors.py.
    `is_recording`: whether a text is a recording of this kind. `serve`: a device made of one, on a port; `serve_as`: one that
    follows the commands of this family or profile; both raise SettingsError for what is none, OSError where the port is taken.
    """

    tcp_port: Optional[int]
    rank: int
    record: Callable[[Any, Recorder], Recording]
    is_recording: Callable[[str], bool]
    serve: Callable[[str, int], Served]
    serve_as: Optional[Callable[[str, int, str], Served]] = None


def names() -> Tuple[str, ...]:
    """The handlers that have a kind."""
    folders = {found.name for found in pkgutil.iter_modules(_OWN) if found.ispkg}
    return tuple(name for name in registry.names() if name in folders)


def kind(handler: str) -> Kind:
    """The kind of a handler, one of `names()`."""
    found: Kind = importlib.import_module(f".{handler}.kind", __package__).KIND
    return found


def identity(handler: str, data: Any) -> Identity:
    """What the device behind `data` is to a handler. Raises the errors of handlers/errors.py where it does not answer."""
    found: Identity = importlib.import_module(f".{handler}.identity", __package__).identity(data)
    return found


def kind_of(text: str, file: str) -> str:
    """The handler whose recording a file is. Raises SettingsError."""
    found = next((handler for handler in names() if kind(handler).is_recording(text)), None)
    if found is None:
        raise SettingsError(f"{file} is no recording: pdu record makes one; the output of snmpwalk -On will do as well")
    return found
