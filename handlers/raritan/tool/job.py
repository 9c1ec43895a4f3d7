"""What every command works with: the device, the options, and how results, questions and progress are shown."""
from __future__ import annotations

import argparse
import datetime
import enum
import os
import sys
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, NoReturn, Optional, Sequence, Type, TypeVar

from ...errors import PduHandlerError, ProtocolError, Refused, SettingsError, Unreachable
from ..rpc import Agent, Interface, Structure
from ..rpc._runtime.values import shown_fields
from ..rpc.errors import leaves_open
from ...http.multipart import Progress
from ..rpc.pdumodel import Outlet, Pdu
from ..units import Present, Unit

I = TypeVar("I", bound=Interface)
T = TypeVar("T")
SEEN, NOT_SEEN, NOT_CONFIRMED, INTERRUPTED = 0, 9, 12, 130
EXIT_CODES = """exit codes: 0 done; 1 a defect; 2 wrong arguments or settings; 3 unreachable; 4 login or rights; 5 an answer
that is not the protocol; 6 refused by the device; 7 no such outlet; 8 the device does not have that; 9 accepted, but
not seen to be done; 12 not confirmed, nothing was done; 130 interrupted; 141 nobody read the output to its end"""


class Result(NamedTuple):
    """What a command found: `data` for --json, `lines` for a person, `raw` for a file that goes to the standard output."""

    data: object
    lines: Sequence[str] = ("done",)
    exit_code: int = SEEN
    raw: bytes = b""


class NotConfirmed(PduHandlerError):
    """The person did not say yes."""

    kind = "not-confirmed"
    exit_code = NOT_CONFIRMED


class Job:
    """One run of one command."""

    def __init__(self, agent: Agent, options: argparse.Namespace) -> None:
        self.agent, self.options = agent, options
        self.unit = Unit(options.link, agent)

    def proxy(self, kind: Type[I], rid: str) -> I:
        """A proxy on the unit that --link names."""
        return self.unit.mine(kind(rid, self.agent))

    @property
    def files(self) -> Agent:
        """The agent for files, which go to and come from the unit that is addressed. SettingsError with --link."""
        if self.options.link:
            wrong("files are those of the unit that HOST is: leave --link out, or give the link unit's own address")
        return self.agent

    @property
    def pdu(self) -> Pdu:
        """The PDU of that unit."""
        return self.unit.proxy(Pdu)

    def outlets(self) -> List[Outlet]:
        """Its outlets, in its own order: 1 round trip. What a unit hands out is never used without its link id."""
        return Present.of(self.unit, self.pdu.getOutlets()).outlets

    def wait(self, usual: float = 60.0) -> float:
        """How many seconds to look for the end of what was started."""
        given: Optional[float] = self.options.wait
        return usual if given is None else given

    def confirm(self, what: str) -> None:
        """Go on only after a yes. Raises NotConfirmed; without a terminal --yes is needed."""
        self.askable(what)
        if self.options.yes:
            return
        link = f"link unit {self.options.link} of " if self.options.link else ""
        print(f"{what} on {link}{self.agent.host}? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise NotConfirmed("nothing was done", self.agent.host)

    def askable(self, what: str) -> None:
        """Raises NotConfirmed where `confirm` would have nobody to ask: before long work that would be in vain."""
        if not self.options.yes and not sys.stdin.isatty():
            raise NotConfirmed(f"{what} needs --yes where nobody can be asked; nothing was done", self.agent.host)

    def progress(self, what: str) -> Optional[Progress]:
        """Shows how much of a file is sent, on a terminal."""
        if self.options.json or not sys.stderr.isatty():
            return None

        def show(sent: int, size: int) -> None:
            end = "\n" if sent >= size else ""
            print(f"\r{what}: {100 * sent // max(size, 1)} % of {size / 1e6:.1f} MB", end=end, file=sys.stderr, flush=True)
        return show

    def tell(self, text: str) -> None:
        """A word on how far a long command is, on a terminal."""
        if not self.options.json and sys.stderr.isatty():
            print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)


def once(what: str, look: str, send: Callable[[], T]) -> T:
    """Send a command that must not be sent twice without looking. Raises Unreachable where nothing was heard of it."""
    try:
        return send()
    except (Unreachable, ProtocolError, Refused) as error:
        if isinstance(error, Refused) and not leaves_open(error):
            raise
        raise Unreachable(f"no usable answer to the command, so {what}; look with '{look}' before you try again "
                          f"({error.reason})", error.host) from error


def check(code: int, what: str, reasons: Mapping[int, str] = {}) -> None:
    """Raise Refused for a result code other than 0."""
    if code != 0:
        raise Refused(f"the device refused {what}: {reasons.get(int(code), 'it gives no known reason')} "
                      f"(result code {int(code)})", str(int(code)))


def wrong(text: str) -> NoReturn:
    """An argument that cannot be."""
    raise SettingsError(text)


# ---- files and secrets -------------------------------------------------------------------------------------

def save(job: Job, download: Callable[[], bytes]) -> Result:
    """Write a download to the file that --out names, `-` for the standard output; an existing file is not replaced.

    The file is opened first, so that nobody waits for a download that has no place to go.
    """
    path: str = job.options.out
    if path == "-" and job.options.json:
        wrong("--json needs --out FILE here: one output cannot be both")
    if path == "-":
        data = download()
        return Result({"bytes": len(data)}, (), raw=data)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)     # keys and configurations are secrets
    except OSError as error:
        wrong(f"{path} cannot be written ({error.strerror})")
    try:
        with os.fdopen(handle, "wb") as file:
            size = file.write(download())
    except BaseException as error:
        os.unlink(path)
        if isinstance(error, OSError):
            wrong(f"{path} cannot be written ({error.strerror})")
        raise
    return Result({"file": path, "bytes": size}, [f"{path}: {size} bytes"])


def load(path: str) -> bytes:
    """The content of a small file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        wrong(f"{path} cannot be read ({error.strerror})")


def secret(file: Optional[str], variable: str, question: str, needed: bool = True) -> str:
    """From a file, an environment variable, or the terminal; never from an argument. SettingsError."""
    if file:
        return load(file).decode("utf-8", "replace").rstrip("\r\n")
    if os.environ.get(variable):
        return os.environ[variable]
    if not needed:
        return ""
    import getpass
    try:
        if sys.stdin.isatty():
            return getpass.getpass(f"{question}: ")
    except EOFError:
        pass
    wrong(f"no secret for '{question}': set the variable {variable} or name a file")


# ---- output ------------------------------------------------------------------------------------------------

def plain(value: object) -> Any:
    """A value of the binding as JSON for people: names instead of numbers, times as text."""
    if isinstance(value, Structure):
        return {name: plain(getattr(value, name)) for name in shown_fields(value)}
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Interface):
        return value.target
    if isinstance(value, datetime.datetime):
        return value.isoformat() + "Z"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def columns(head: Sequence[str], rows: Sequence[Sequence[object]]) -> List[str]:
    """A table as lines; text from the device is made fit for a terminal."""
    shown = [list(head), *([text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in shown]


def facts(pairs: Mapping[str, object]) -> List[str]:
    """Names and values, one a line."""
    width = max(map(len, pairs), default=0)
    return [f"{name.ljust(width)}  {text(value)}" for name, value in pairs.items()]


def text(value: object, limit: int = 200) -> str:
    """One cell: nothing for None, figures without noise, control characters escaped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 100_000 else f"{value:.1f}"      # a counter keeps all its digits
    if isinstance(value, enum.Enum):
        return value.name.lower().replace("_", " ")
    words = str(value)[:limit]
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


def table(name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Result:
    """A result that is a table: a list of objects in JSON."""
    data: List[Dict[str, Any]] = [dict(zip(head, map(plain, row))) for row in rows]
    return Result({name: data}, columns(head, rows))
