"""SNMP for the double of BaseSnmpPdu: GET, SET and a walk of one subtree, over v1, v2c and v3, on
pysnmp.

All three versions use the command generators of pysnmp's v3 architecture. The high-level calls
would also look each OID up in MIBs, even with look-up off. The lighter v1 architecture is not used
for v1 and v2c: in 7.1.21, the newest release for Python 3.9, a time-out of a SET, GETNEXT or
GETBULK breaks its timer for good. All communities share engines. Each set of v3 credentials has its
own engines, because an engine distinguishes users only by name, and two PDUs may have the same user
with different passwords.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import sys
import warnings
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Callable, TypeVar, Union

from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.hlapi.v3arch.asyncio.lcd import CommandGeneratorLcdConfigurator
from pysnmp.proto import errind, rfc1902, rfc1905

from ._credentials import Credentials, SnmpError
from ._engine import new_engine
from ._loop import KeptLoop, LoopBlocked
from .tools import SENT, engines_kept

Value = Union[int, str, bytes, None]
Arcs = tuple[int, ...]
Pairs = list[tuple[Arcs, Any]]  # OID and pysnmp's own value
Peer = tuple[str, int]  # address and port
Key = tuple[str, ...]  # credentials with equal keys share engines
T = TypeVar("T")

WALK_DEADLINE_S = 25.0
MAX_ROWS = 50_000
# rows of one GETBULK, about 1 kB of numbers; small agents cut or drop larger answers
BULK_ROWS = 25
# rows of one GETNEXT: 16 OIDs of 20 octets fit into the 484 octets that v1 agents accept (RFC 1157,
# 4)
V1_ROWS = 16
_FIRST_GUESS = 4  # OIDs in the first request of a walk over v1
_ARCS = 2**32  # limit of an arc (RFC 2578, 3.5)
PEERS_OF_AN_ENGINE = 100
_LOGGER = logging.getLogger(__name__)
_MISSING = (rfc1905.NoSuchObject, rfc1905.NoSuchInstance, rfc1905.EndOfMibView)


@dataclass(frozen=True)
class Element:
    """One object of an answer. `pdu_common/__init__.py` explains KNOWN, INFERRED and UNKNOWN.

    KNOWN: `value`, `value_int`, `value_float`. INFERRED: `oid`, and `oid_index`, the arcs after the
    walked OID.

    UNKNOWN: the type of `value`. Here it is int, text, bytes for an Opaque and for octets that are
    not UTF-8, dotted text for an OID or an IP address, and None for NULL and for a missing object.
    """

    oid: str
    value: Value
    oid_index: str = ""

    @property
    def value_int(self) -> int:
        """KNOWN: the value as an integer. Raises ValueError if it is not one."""
        return int(self._text())

    @property
    def value_float(self) -> float:
        """KNOWN: the value as a float. Raises ValueError if Python cannot convert it."""
        return float(self._text())

    def _text(self) -> Union[int, str]:
        if self.value is None or isinstance(self.value, bytes):
            raise ValueError(f"the value of {self.oid} is not a number")
        return self.value


def get(credentials: Credentials, oid: str) -> Element:
    """One object, with the value None if it is missing.

    The GET may be repeated if no answer comes. Raises SnmpError.
    """
    arcs = parse_oid(oid)

    async def work(agent: _Agent) -> Element:
        status, pairs = await agent.ask_again(
            credentials.retries, cmdgen.GetCommandGenerator, [(arcs, rfc1902.Null(""))]
        )
        # in v1 this means that the object is missing
        if status == "noSuchName":
            return Element(_dotted(arcs), None)
        agent.refuse(status, _dotted(arcs))
        if len(pairs) != 1 or pairs[0][0] != arcs:
            raise SnmpError(f"{agent.name} did not answer with {_dotted(arcs)} alone")
        return Element(_dotted(arcs), _plain(pairs[0][1]))

    return _run(credentials, lambda engines: engines.call(credentials, work), credentials.longest_s)


def set_(credentials: Credentials, oid: str, value: Union[int, str, bytes]) -> None:
    """One write, not repeated if no answer comes. Raises SnmpError."""
    arcs = parse_oid(oid)
    try:
        typed = _typed(value)
    except (PyAsn1Error, UnicodeError):
        raise SnmpError(
            "the value to write does not fit into an INTEGER or an OCTET STRING"
        ) from None

    async def work(agent: _Agent) -> None:
        status, _ = await agent.ask(cmdgen.SetCommandGenerator, [(arcs, typed)])
        agent.refuse(status, _dotted(arcs))

    _run(
        credentials,
        lambda engines: engines.call(credentials, work, repeatable=False),
        credentials.longest_s,
    )


def _typed(value: Union[int, str, bytes]) -> Any:
    """pysnmp's value. Raises PyAsn1Error and UnicodeError."""
    if isinstance(value, int):
        return rfc1902.Integer32(value)
    return rfc1902.OctetString(value.encode("utf-8") if isinstance(value, str) else value)


def walk(credentials: Credentials, oid: str) -> list[Element]:
    """All objects below `oid`, in order. Raises SnmpError instead of returning a part of them. One
    round trip reads up to BULK_ROWS rows, over v1 up to V1_ROWS."""
    root = parse_oid(oid)
    rows = typed_rows(credentials, root, root, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise SnmpError(
            f"{credentials.name} sent {len(rows)} rows below {_dotted(root)} and no end of the"
            " table"
        )
    return [
        Element(_dotted(arcs), _plain(value), _dotted(arcs[len(root) :])) for arcs, value in rows
    ]


def typed_rows(credentials: Credentials, root: Arcs, after: Arcs, most: int) -> Pairs:
    """The objects below `root` that follow `after`, as pysnmp's typed values; [] at the end. Raises
    SnmpError.

    Stops after the answer that reaches `most` objects. For reading a whole device in parts, each of
    which can be read again.
    """

    async def work(agent: _Agent) -> Pairs:
        rows = _V1Rows(root) if credentials.version == 1 else _Rows()
        return await _subtree(agent, root, rows, credentials.retries, after, most)

    return _run(credentials, lambda engines: engines.call(credentials, work), WALK_DEADLINE_S)


async def _subtree(
    agent: _Agent, root: Arcs, asking: _Rows, retries: int, last: Arcs, most: int
) -> Pairs:
    rows: Pairs = []
    while len(rows) < most:
        status, pairs = await asking.after(agent, last, retries)
        if status == "noSuchName":  # in v1 this means the end of the MIB
            return rows
        agent.refuse(status, _dotted(last))
        if not pairs:
            raise SnmpError(
                f"{agent.name} did not continue the walk: an empty answer after {_dotted(last)}"
            )
        for arcs, value in pairs:
            if isinstance(value, rfc1905.EndOfMibView):
                return rows
            if arcs <= last or isinstance(value, _MISSING):
                raise SnmpError(
                    f"{agent.name} did not continue the walk: {_dotted(arcs)} after {_dotted(last)}"
                )
            if arcs[: len(root)] != root:
                return rows
            rows.append((arcs, value))
            last = arcs
    return rows


class _Rows:
    """Reads the next rows of a walk by GETBULK, and fewer at once from agents that drop or refuse
    large answers.
    """

    def __init__(self, most: int = BULK_ROWS) -> None:
        self._most = self._size = most

    async def after(self, agent: _Agent, last: Arcs, retries: int) -> tuple[str, Pairs]:
        """The error status ("" for none) and the rows after `last`."""
        while True:
            try:
                status, pairs = await (
                    self._many(agent, last)
                    if self._size > 1
                    else agent.ask(cmdgen.NextCommandGeneratorSingleRun, [(last, rfc1902.Null(""))])
                )
            except SnmpTimeout:
                if not retries:
                    raise
                retries -= 1
                self._shrink(self._size // 5)
                continue
            if status not in ("tooBig", "genErr", "noSuchName") or self._size == 1:
                return status, pairs
            # A proxy in front of a v1 agent may fail a whole GETBULK because of one row. A GETNEXT
            # shows whether the walk ends.
            self._shrink(self._size // 2 if status == "tooBig" else 1)

    async def _many(self, agent: _Agent, last: Arcs) -> tuple[str, Pairs]:
        return await agent.ask(
            cmdgen.BulkCommandGeneratorSingleRun, [(last, rfc1902.Null(""))], 0, self._size
        )

    def _shrink(self, size: int) -> None:
        self._most = self._size = max(1, size)


class _V1Rows(_Rows):
    """Reads the next rows of a walk over v1, which has no GETBULK, by one GETNEXT with several
    OIDs.

    The first OID is the OID of the last row. The others are guesses of the next rows: the same OID
    with its last arc raised by 1, 2 and so on. If the first OID is the root itself, the guesses are
    its rows 1, 2 and so on.

    The answer to a guess is used only if the guess equals the OID in the answer before it, so that
    no row between them is missed.
    """

    def __init__(self, root: Arcs) -> None:
        super().__init__(V1_ROWS)
        self._root, self._size = root, _FIRST_GUESS

    async def _many(self, agent: _Agent, last: Arcs) -> tuple[str, Pairs]:
        stem, number = (last[:-1], last[-1]) if len(last) > len(self._root) else (last, 0)
        asked = [
            last,
            *((*stem, guess) for guess in range(number + 1, min(number + self._size, _ARCS))),
        ]
        status, pairs = await agent.ask(
            cmdgen.NextCommandGeneratorSingleRun, [(arcs, rfc1902.Null("")) for arcs in asked]
        )
        if status:  # noSuchName: no object of the device follows one of them
            return "tooBig" if status == "noSuchName" else status, []
        found = pairs[:1]
        for guess, pair in zip(asked[1:], pairs[1:]):
            if guess != found[-1][0] or pair[0] <= guess:
                break
            found.append(pair)
        self._size = min(
            self._most, max(2, self._size * 2 if len(found) == self._size else len(found))
        )
        return "", found


class SnmpTimeout(SnmpError):
    """No complete answer in time. SNMP does not distinguish a dead host from a wrong community."""


class _Agent:
    """One PDU's agent during one call."""

    def __init__(self, engine: _Engine, target: Any, credentials: Credentials) -> None:
        self._engine, self._target = engine, target
        self._auth = credentials.authentication()
        self._peer, self.name = credentials.peer, credentials.name

    async def ask_again(
        self, retries: int, generator: Callable[[], Any], pairs: Pairs
    ) -> tuple[str, Pairs]:
        """As `ask`. Repeats the request up to `retries` times if no answer comes."""
        while True:
            try:
                return await self.ask(generator, pairs)
            except SnmpTimeout:
                if not retries:
                    raise
                retries -= 1

    async def ask(
        self, generator: Callable[[], Any], pairs: Pairs, *numbers: int
    ) -> tuple[str, Pairs]:
        """The error status ("" for none) and the pairs of OID and value.

        Raises SnmpError if no valid answer came.
        """
        engine = self._engine.pysnmp
        answered: asyncio.Future[tuple[Any, Any, Any]] = asyncio.get_running_loop().create_future()

        def take(
            _engine: Any,
            _handle: Any,
            trouble: Any,
            status: Any,
            _place: Any,
            found: Any,
            _context: Any,
        ) -> None:
            if not answered.done():
                answered.set_result((trouble, status, found))

        SENT.get()()
        try:
            target, _ = _TARGETS.configure(engine, self._auth, self._target)
            generator().send_varbinds(
                engine,
                target,
                None,
                b"",
                *numbers,
                [(rfc1902.ObjectName(arcs), value) for arcs, value in pairs],
                take,
            )
            trouble, status, found = await answered
        except (PySnmpError, PyAsn1Error) as error:
            raise SnmpError(f"{self.name}: {_short(error)}") from None
        if isinstance(trouble, errind.RequestTimedOut):
            raise SnmpTimeout(f"timeout: no SNMP answer from {self.name}")
        self._engine.answered.add(self._peer)
        if trouble:
            raise SnmpError(f"{self.name}: {trouble} ({type(trouble).__name__})")
        return ("" if not status else status.prettyPrint()), [
            (tuple(oid), value) for oid, value in found
        ]

    def refuse(self, status: str, oid: str) -> None:
        """Raises SnmpError for any error status."""
        if status:
            raise SnmpError(f"{self.name} answered {status} for {oid}")


_TARGETS = CommandGeneratorLcdConfigurator()


@dataclass(eq=False)
class _Engine:
    pysnmp: Any
    # each device's targets, by their timeouts
    met: dict[Peer, dict[float, Any]] = field(default_factory=dict)
    # devices that answered, even if only with an error
    answered: set[Peer] = field(default_factory=set)
    users: int = 0


class _Engines:
    """pysnmp's engines by `Credentials.engine_key`, made when first needed. All methods run in the
    loop's thread.

    Measured on pysnmp 7.1.30: a new engine costs 10 ms of CPU, and a call on a kept engine 2 ms.
    After each new address an engine sorts all its addresses, which takes 6 ms for 100 of them and
    30 ms for 1,000. So engines are kept, and each serves a share of the devices.
    """

    def __init__(self) -> None:
        # The default handler would log the beginning of a datagram on which pysnmp fails, with the
        # community in it.
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: _LOGGER.debug(
                "pysnmp failed: %s", type(context.get("exception")).__name__
            )
        )
        self._kept: dict[Key, list[_Engine]] = {}

    async def call(
        self,
        credentials: Credentials,
        work: Callable[[_Agent], Coroutine[Any, Any, T]],
        repeatable: bool = True,
    ) -> T:
        """The result of `work`. `repeatable`: `work` only reads."""
        key, peer = credentials.engine_key(), credentials.peer
        engine = self._engine_for(key, peer)
        engine.users += 1
        try:
            return await work(
                _Agent(engine, await _target(credentials, engine.met[peer]), credentials)
            )
        except asyncio.CancelledError:
            # The call is past its deadline, or `forget` ended it. An exception inside pysnmp can
            # stop an engine's timer for good, so that the engine never times out again.
            self._drop(key, engine)
            raise
        except SnmpTimeout:
            if credentials.version < 3 or peer not in engine.answered:
                raise
            # An engine ignores an SNMPv3 device that restarted, or another one at its address. A
            # new engine does not. Such a device did not execute the request, but a lost answer
            # looks the same, so only a read is repeated.
            self._drop(key, engine)
            if not repeatable:
                raise
        finally:
            engine.users -= 1
            if engine not in self._kept.get(key, ()):
                self._drop(key, engine)
        return await self.call(credentials, work)

    def close(self) -> None:
        for engines in self._kept.values():
            for engine in engines:
                engine.pysnmp.close_dispatcher()

    def _engine_for(self, key: Key, peer: Peer) -> _Engine:
        """The engine that serves this device, else one with room for it."""
        engines = self._kept.setdefault(key, [])
        for engine in engines:
            if peer in engine.met:
                return engine
        if not engines or len(engines[-1].met) >= PEERS_OF_AN_ENGINE:
            engines.append(_Engine(new_engine()))
            for oldest in engines[: -engines_kept()]:
                self._drop(key, oldest)
        engines[-1].met[peer] = {}
        return engines[-1]

    def _drop(self, key: Key, engine: _Engine) -> None:
        """Remove the engine, and close it if no call uses it.

        Otherwise the last call that uses it drops it again.
        """
        if engine in self._kept.get(key, ()):
            self._kept[key].remove(engine)
        if not engine.users:
            engine.pysnmp.close_dispatcher()


async def _target(credentials: Credentials, known: dict[float, Any]) -> Any:
    """The device's target with this timeout. Reads and writes share it, because each further target
    of an engine makes the later ones cost more."""
    target = known.get(credentials.timeout_s)
    if target is None:
        kind = hlapi.Udp6TransportTarget if credentials.is_ipv6 else hlapi.UdpTransportTarget
        target = await kind.create(
            (credentials.address, credentials.port), timeout=credentials.timeout_s, retries=0
        )
        known[credentials.timeout_s] = target
    return target


_BLOCKED = (
    "the thread that carries out SNMP calls is blocked. In a process that gevent has patched it"
    " runs only while the thread of the first call waits: make all calls in that thread, in its"
    " greenlets, or in another process"
)
_KEPT: KeptLoop[_Engines] = KeptLoop(_Engines, _Engines.close)


def _run(
    credentials: Credentials, work: Callable[[_Engines], Coroutine[Any, Any, T]], deadline_s: float
) -> T:
    # `python -b`: pysnmp mixes text and bytes, an error with -bb
    if sys.flags.bytes_warning:
        warnings.filterwarnings("ignore", category=BytesWarning, module=r"(pysnmp|pyasn1)\.")
    try:
        return _KEPT.run(work, deadline_s)
    except asyncio.TimeoutError:
        raise SnmpTimeout(
            f"timeout: no complete answer from {credentials.name} within {deadline_s:g} s"
        ) from None
    except LoopBlocked:
        raise SnmpError(f"{credentials.name}: {_BLOCKED}") from None
    except (OSError, RuntimeError, PySnmpError, concurrent.futures.CancelledError) as error:
        # For example: no descriptors or threads left, no IPv6 on this host, or `forget` ended the
        # call.
        raise SnmpError(f"{credentials.name}: {_short(error)}") from None


def forget() -> None:
    """End all engines and forget their data about devices. The next call makes new engines."""
    _KEPT.stop()


def parse_oid(text: str) -> Arcs:
    """The arcs of a dotted OID. Raises SnmpError."""
    parts = str(text).strip().strip(".").split(".")
    if (
        not all(
            part.isascii() and part.isdigit() and len(part) < 11 and int(part) < _ARCS
            for part in parts
        )
        or len(parts) < 2
    ):
        raise SnmpError(f"{str(text)[:80]!r} is not an OID")
    return tuple(int(part) for part in parts)


def _dotted(arcs: Arcs) -> str:
    return ".".join(map(str, arcs))


def _plain(value: Any) -> Value:
    """The value of an element. Octets become text only if they are UTF-8."""
    if isinstance(value, (*_MISSING, univ.Null)):
        return None
    if isinstance(value, rfc1902.IpAddress):
        return ".".join(map(str, bytes(value)))
    if isinstance(value, univ.ObjectIdentifier):
        return _dotted(tuple(value))
    if isinstance(value, rfc1902.Opaque):
        return bytes(value)
    if isinstance(value, univ.OctetString):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return bytes(value)
    return int(value)


def _short(error: BaseException) -> str:
    """The last line of the error's text: pysnmp's may be a whole traceback."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]
