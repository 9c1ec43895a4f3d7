"""What every Raritan command works with: the device, the options, questions, progress and files."""
from __future__ import annotations

import datetime
import enum
import os
import sys
from types import SimpleNamespace
from typing import Any, Callable, Collection, List, Mapping, NamedTuple, NoReturn, Optional, Sequence, TextIO, Type, TypeVar

from ...errors import ProtocolError, Refused, SettingsError, Unreachable
from ...http.multipart import Progress
from ...raritan import states
from ...raritan.rpc import Agent, Interface, Structure
from ...raritan.rpc._runtime.errors import leaves_open
from ...raritan.rpc._runtime.values import shown_fields
from ...raritan.rpc.pdumodel import Outlet, Pdu
from ...raritan.units import Present, Unit
from .. import asking, output
from ..options import Given, Parameters
from ..output import Result

T = TypeVar("T")
Any_I = TypeVar("Any_I", bound=Interface)


class Context:
    """One run of one command: `options` are the command's own, `state` what was given by shared options. `out` takes what a
    command prints before its end; sys.stdout is where --debug goes."""

    def __init__(self, agent: Agent, options: SimpleNamespace, state: Given, out: TextIO) -> None:
        self.agent, self.options, self.state, self.out = agent, options, state, out
        self.unit = Unit(options.link or 0, agent)

    def proxy(self, kind: Type[Any_I], rid: str) -> Any_I:
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

    @property
    def place(self) -> str:
        """The unit, for questions."""
        return f"link unit {self.options.link} of {self.agent.host}" if self.options.link else self.agent.host

    def confirm(self, what: str) -> None:
        """Go on only after a yes. Raises NotConfirmed; without a terminal --yes is needed."""
        asking.confirm(self.state, f"{what} on {self.place}", self.agent.host)

    def askable(self, what: str) -> None:
        """Raises NotConfirmed where `confirm` would have nobody to ask: before long work that would be in vain."""
        asking.askable(self.state, what, self.agent.host)

    def secret(self, key: str, question: str, needed: bool = True) -> str:
        """A secret of this command beside the login. Raises SettingsError."""
        return asking.secret(self.state, key, question, needed)

    def progress(self, what: str) -> Optional[Progress]:
        """Shows how much of a file is sent, on a terminal."""
        if self.state.json or not sys.stderr.isatty():
            return None

        def show(sent: int, size: int) -> None:
            end = "\n" if sent >= size else ""
            print(f"\r{what}: {100 * sent // max(size, 1)} % of {size / 1e6:.1f} MB", end=end, file=sys.stderr, flush=True)
        return show

    def tell(self, text: str) -> None:
        """How far a long command is, on a terminal."""
        if not self.state.json and sys.stderr.isatty():
            print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)


class Command(NamedTuple):
    """One command of `pdu raritan HOST`: its parameters beside those that all share."""

    run: Callable[[Context], Result]
    parameters: Parameters = ()


Commands = Mapping[str, Command]


def once(what: str, look: str, send: Callable[[], T]) -> T:
    """Send a command once. Raises Unreachable where no answer says what it did: `look` is the command that shows it."""
    try:
        return send()
    except (Unreachable, ProtocolError, Refused) as error:
        if isinstance(error, Refused) and not leaves_open(error):
            raise
        raise Unreachable((f"no usable answer to the command, so {what}; look with '{look}' before you try again (",
                           *error.parts, ")"), error.host) from error


def check(code: int, what: str, reasons: Mapping[int, str] = {}) -> None:
    """Raise Refused for a result code other than 0."""
    if code != 0:
        raise Refused(f"the device refused {what}: {reasons.get(int(code), 'it gives no known reason')} "
                      f"(result code {int(code)})", str(int(code)))


def wrong(text: str) -> NoReturn:
    """An argument that cannot be."""
    raise SettingsError(text)


# ---- files -------------------------------------------------------------------------------------------------

def save(context: Context, download: Callable[[], bytes]) -> Result:
    """Write a download to the file that --out names, `-` for the standard output; an existing file is not replaced.

    The file is opened first, so that nobody waits for a download that has no place to go.
    """
    path: str = context.options.out
    if path == "-" and context.state.json:
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
    """The content of a small file. Raises SettingsError."""
    return asking.read_file(path)


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


def seen(state: Outlet.State, position: int, doubted: Collection[int]) -> str:
    """An outlet's state in a word; unknown for a position whose relay failed by the unit's own list (`states.contradicted`)."""
    return "unknown" if position in doubted else states.status(state).value


def table(name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Result:
    """A result that is a table: a list of objects in JSON."""
    return output.table(name, head, rows, plain)
