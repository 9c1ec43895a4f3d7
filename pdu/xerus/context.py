"""The device, options, questions, progress and files that Raritan commands share."""

from __future__ import annotations

import datetime
import enum
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Callable, TextIO, TypeVar

from handlers.raritan import states
from handlers.raritan.readings import MeteredValue
from handlers.raritan.rpc import Agent, Interface, Structure, may_have_executed, shown_fields
from handlers.raritan.rpc.pdumodel import Outlet, Pdu
from handlers.raritan.units import PRIMARY, XerusUnit
from handlers.shared.errors import (
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    Refused,
    SettingsError,
    Unreachable,
)

from ..core.cli import prompts
from ..core.cli.exit_codes import DONE
from ..core.cli.options import RunOptions, Seconds, SharedOption
from ..core.cli.output import Result, facts, figure, show_status_line, tabulate
from ..core.cli.redaction import file_holds_login
from ..core.files.whole_files import new_file
from ..pdus.states import word

WAIT = SharedOption(
    "--wait", "how long to wait until it has ended", "SECONDS", Seconds(0.0, 86400.0)
)
T = TypeVar("T")
Any_I = TypeVar("Any_I", bound=Interface)
_UNITS = ("A", "W", "VA", "kWh")
# in JSON, as in `pdu outlets`
_KEYS = {"A": "current_a", "W": "power_w", "kWh": "energy_kwh"}
# Fields with secrets, also of structures that no command shows so far.
SECRET_FIELDS = frozenset(
    (
        "password",
        "pin",
        "newPin",
        "authPassphrase",
        "privPassphrase",
        "privacyPassphrase",
        "community",
        "readComm",
        "writeComm",
        "psk",
        "sharedSecret",
        "bindPwd",
        "clientPrivKey",
        "clientPrivKeyPassword",
    )
)
#: in place of a secret
HIDDEN = "(not shown)"
PRIVATE_KEY = "PRIVATE KEY-----"


def is_text(word: str) -> bool:
    """Whether a word can be sent.

    Python turns undecodable bytes of arguments and environment variables into surrogates.
    """
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


class Context:
    """One run of one command."""

    def __init__(
        self,
        agent: Agent,
        host: str,
        options: SimpleNamespace,
        run_options: RunOptions,
        out: TextIO,
    ) -> None:
        self.agent = agent
        #: the argument HOST
        self.host = host
        #: the command's arguments and options
        self.options = options
        #: the options that `pdu` commands share
        self.run_options = run_options
        #: the standard output, for a command that prints while it runs: meanwhile sys.stdout is
        #: redirected to standard error, because the lines of --debug are printed to sys.stdout
        self.out = out
        self.unit = XerusUnit(options.link or PRIMARY, agent)

    def proxy(self, kind: type[Any_I], rid: str) -> Any_I:
        """A proxy on the unit that --link names, else on the unit at HOST."""
        return self.unit.mine(kind(rid, self.agent))

    def secret(self, key: str, question: str, is_needed: bool = True) -> str:
        """A secret, as `prompts.secret` finds it. Also raises SettingsError if it is not text."""
        secret_text = prompts.secret(self.run_options, key, question, is_needed)
        if not is_text(secret_text):
            raise SettingsError(
                (
                    NamedSetting(key),
                    ": the value has a character that is not valid Unicode; type it again",
                )
            )
        return secret_text

    @property
    def files(self) -> Agent:
        """The agent for uploads and downloads, which only the unit at HOST offers.

        Raises SettingsError with --link.
        """
        if self.options.link:
            raise SettingsError(
                "only the unit at HOST transfers files: leave out --link, or give the link unit's"
                " own address"
            )
        return self.agent

    @property
    def pdu(self) -> Pdu:
        """The PDU of the unit."""
        return self.unit.proxy(Pdu)

    def outlets(self) -> list[Outlet]:
        """The outlets in the unit's order.

        Those of a link unit have its link id in their resource ids. 1 round trip.
        """
        return self.unit.each_once(self.pdu.getOutlets(), "getOutlets")

    def looks(self, pause: float) -> Iterator[None]:
        """Yields at once, then after each `pause`, in s, until --wait is over."""
        end = time.monotonic() + self.options.wait
        yield
        while time.monotonic() + pause <= end:
            time.sleep(pause)
            yield

    def confirm(self, what: str) -> None:
        """Ask, except with --yes.

        Raises NotConfirmed if the answer is not yes, or if there is no terminal to ask on.
        """
        unit = f"link unit {self.options.link} of {self.host}" if self.options.link else self.host
        prompts.confirm(self.run_options, f"{what} on {unit}", self.host)

    def askable(self, what: str) -> None:
        """Raises NotConfirmed if there is neither a terminal nor --yes.

        Call it before long work.
        """
        prompts.askable(self.run_options, what, self.host)

    def tell(self, line: str) -> None:
        """Show the progress of a long command on a terminal."""
        show_status_line(line, self.run_options.json)

    def progress(self, bytes_sent: int, size: int) -> None:
        """Show on a terminal how much of a file was sent.

        Clears the line when all of it was sent.
        """
        self.tell(
            f"upload: {100 * bytes_sent // size} % of {size / 1e6:.1f} MB"
            if bytes_sent < size
            else ""
        )


def send_once(what: str, look: str, send: Callable[[], T]) -> T:
    """Send a command once.

    Raises Unreachable if it may or may not have taken effect; `look` is the command to check
    with.
    """
    try:
        return send()
    except (Unreachable, ProtocolError, Refused) as error:
        if isinstance(error, Refused) and not may_have_executed(error):
            raise
        raise Unreachable(
            (
                (
                    f"no usable answer to the command, so {what}; check with '{look}' before you"
                    " try again ("
                ),
                *error.parts,
                ")",
            ),
            error.host,
        ) from error


class NotSeen(PduHandlerError):
    """The unit accepted a change, but its effect, or that of a further change, is not known."""

    kind = "not-seen"


def read_again(has_changed: bool, read_state: Callable[[], T]) -> T:
    """What the unit reports.

    If it has just accepted a change and cannot be read, raises NotSeen.
    """
    try:
        return read_state()
    except PduHandlerError as error:
        if not has_changed:
            raise
        raise NotSeen(
            ("the unit accepted the change, but cannot be read afterwards: ", *error.parts),
            error.host,
        ) from error


def raise_for_code(code: int, what: str, reasons: Mapping[int, str] = {}) -> None:
    """Raise Refused for a result code other than 0."""
    if code != 0:
        raise Refused(
            f"the device refused {what}: {reasons.get(int(code), 'it gives no known reason')} "
            f"(result code {int(code)})",
            str(int(code)),
        )


def number(word: str) -> int:
    """A number of at most 9 ASCII digits; -1 for any other text."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else -1


def action_name(context: Context, actions: Mapping[str, object], action_words: str) -> str:
    """The action of a command, `show` without one.

    Raises SettingsError for one that `actions` lacks.
    """
    action: str = context.options.action or "show"
    if action not in actions:
        raise SettingsError(f"{action[:20]!r} is not an action; use one of: {action_words}")
    return action


# ---- files ---------------------------------------------------------------------------------------


def save(
    context: Context, download: Callable[..., bytes], *details: object, backup: bool = False
) -> Result:
    """Write the result of `download(agent, *details)` to --out: a new file, or standard output for
    `-`.

    A file that begins with the login is an answer that sends the request back, except a `backup`,
    which may hold passwords.

    Raises SettingsError with --link, for an empty --out, for `-` with --json, and for a file that
    cannot be written; ProtocolError for an empty answer or a web page.
    """
    path, agent = context.options.out, context.files

    def download_file() -> bytes:
        data = _file(download(agent, *details))
        if not backup and file_holds_login(data, agent.login.user or "", context.run_options.used):
            raise ProtocolError(
                "the answer is not kept, because it holds the login: the unit or a proxy sent the"
                " request back"
            )
        return data

    if not path:
        raise SettingsError("--out is empty: give a file, or - for the standard output")
    if path == "-" and context.run_options.json:
        raise SettingsError("--json needs --out FILE here: file and JSON cannot share one output")
    if path == "-":
        data = download_file()
        return Result({"bytes": len(data)}, (), raw=data)
    with new_file(path) as write:
        data = download_file()
        write(data)
    return Result({"file": path, "bytes": len(data)}, [f"{path}: {len(data)} bytes"])


def _file(data: bytes) -> bytes:
    if not data.strip():
        raise ProtocolError("the unit sent an empty file")
    if data.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        raise ProtocolError(
            "the answer is a web page, not the file: check that this is the address of a Xerus PDU"
            " and that no proxy answers in its place"
        )
    return data


# ---- output --------------------------------------------------------------------------------------


def plain(value: object) -> Any:
    """A value of the binding as JSON: enumerations by name, times as text, references as resource
    ids.
    """
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


def hide_secrets(data: Any, names: Collection[str] = SECRET_FIELDS) -> Any:
    """JSON with `HIDDEN` for each secret that is set, and for a private key wherever it is."""
    if isinstance(data, dict):
        return {
            name: HIDDEN if value and name in names else hide_secrets(value, names)
            for name, value in data.items()
        }
    if isinstance(data, str) and PRIVATE_KEY in data:
        return HIDDEN
    return [hide_secrets(item, names) for item in data] if isinstance(data, list) else data


def state_word(state: Outlet.State, position: int, doubtful_positions: set[int]) -> str:
    """on, off or unknown.

    Unknown at a position for which the unit reports a failed relay (`states.failed_relays`).
    """
    return "unknown" if position in doubtful_positions else word(states.decode_status(state))


def table(name: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Result:
    """A result that is a table; in JSON, a list of objects under the key `name`.

    Columns named in `_UNITS` hold Amounts.
    """
    cells = [
        [_figure(cell) if of in _UNITS else cell for of, cell in zip(head, row)] for row in rows
    ]
    data = [
        [cell.value if of in _UNITS else plain(cell) for of, cell in zip(head, row)] for row in rows
    ]
    keys = [_KEYS.get(of, of) for of in head]
    return Result({name: [dict(zip(keys, row)) for row in data]}, tabulate(head, cells))


def _figure(amount: MeteredValue) -> str:
    return "not known" if amount.is_metered and amount.value is None else figure(amount.value)


def facts_result(
    value_by_name: Mapping[str, object], data: object = None, exit_code: int = DONE
) -> Result:
    """A result of names and values.

    `data`: the source of its JSON, if that has more or other names than
    `value_by_name`.
    """
    return Result(plain(value_by_name if data is None else data), facts(value_by_name), exit_code)
