"""SNMP for the double of BaseSnmpPdu: GET, SET and a walk of one subtree, over v1, v2c and v3, on pysnmp.

The high-level calls of pysnmp's v3 architecture serve all three versions. (Its lighter v1 architecture would do for v1 and
v2c, but in 7.1.21, the newest for Python 3.9, a time-out of a SET, GETNEXT or GETBULK breaks its timer for good.)
Engines are shared by all communities; each set of v3 credentials has its own, because an engine knows a user by name only,
and two PDUs may know the same name with different passwords. MIB look-up is off: it costs more than the exchange.
"""
from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Optional, Set, Tuple, TypeVar, Union

from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto import errind, rfc1902, rfc1905
from pysnmp.smi.builder import MibBuilder
from pysnmp.smi.view import MibViewController

from ._credentials import Credentials, SnmpError
from ._loop import KeptLoop

Value = Union[int, str, bytes, None]
Arcs = Tuple[int, ...]
Pairs = List[Tuple[Arcs, Any]]      # OID and pysnmp's own value
Peer = Tuple[str, int]              # address and port
Key = Tuple[str, ...]               # of credentials: what needs an engine of its own
T = TypeVar("T")

WALK_DEADLINE_S = 25.0
MAX_ROWS = 50_000
BULK_ROWS = 25          # about 1 kB of numbers; more makes an answer that small agents cut or drop
V1_ROWS = 16            # asked for in one GETNEXT: 16 OIDs stay within the 484 octets that every v1 agent takes (RFC 1157, 4)
_FIRST_GUESS = 4
_ARCS = 2**32           # an arc is below (RFC 2578, 3.5)
PEERS_OF_AN_ENGINE = 100
ENGINES_KEPT = 50       # for each set of credentials; one that has met 100 devices holds 5 MB
_LOGGER = logging.getLogger(__name__)
# For tools that count requests. The loop runs a call in the context of the thread that made it.
SENT: ContextVar[Optional[List[int]]] = ContextVar("sent", default=None)
_MISSING = (rfc1905.NoSuchObject, rfc1905.NoSuchInstance, rfc1905.EndOfMibView)


@dataclass(frozen=True)
class Element:
    """KNOWN: `value`, `value_int`, `value_float`. INFERRED: `oid`, and `oid_index`, which is what follows the walked OID.

    UNKNOWN: the type of `value`; here int, text, bytes where they are no UTF-8, dotted text for an OID or an IP
    address, and None for a missing object.
    """

    oid: str
    value: Value
    oid_index: str = ""

    @property
    def value_int(self) -> int:
        """KNOWN: the value as a number. Raises ValueError where it is none."""
        return int(self._text())

    @property
    def value_float(self) -> float:
        """KNOWN: the value as a number. Raises ValueError where it is none."""
        return float(self._text())

    def _text(self) -> Union[int, str]:
        if self.value is None or isinstance(self.value, bytes):
            raise ValueError(f"{self.oid} holds no number")
        return self.value


def get(credentials: Credentials, oid: str) -> Element:
    """One object: one round trip, repeated when no answer comes. Raises SnmpError."""
    arcs = parse_oid(oid)

    async def work(agent: _Agent) -> Element:
        status, pairs = await agent.ask(hlapi.get_cmd, [(arcs, rfc1902.Null(""))])
        if status == "noSuchName":                      # v1 has no other word for a missing object
            return Element(_dotted(arcs), None)
        agent.refuse(status, _dotted(arcs))
        if len(pairs) != 1 or pairs[0][0] != arcs:
            raise SnmpError(f"{agent.name} answered another object than {_dotted(arcs)}")
        return Element(_dotted(arcs), _plain(pairs[0][1]))
    return _run(credentials, lambda engines: engines.call(credentials, work, credentials.retries), credentials.longest_s)


def set_(credentials: Credentials, oid: str, value: Union[int, str, bytes]) -> None:
    """One write, sent once: a lost answer must not write twice. Raises SnmpError."""
    arcs = parse_oid(oid)
    try:
        typed = rfc1902.Integer32(value) if isinstance(value, int) else rfc1902.OctetString(_octets(value))
    except PyAsn1Error:
        raise SnmpError("the value to write does not fit into an INTEGER or an OCTET STRING") from None

    async def work(agent: _Agent) -> None:
        status, _ = await agent.ask(hlapi.set_cmd, [(arcs, typed)])
        agent.refuse(status, _dotted(arcs))
    _run(credentials, lambda engines: engines.call(credentials, work, 0, repeatable=False), credentials.longest_s)


def walk(credentials: Credentials, oid: str) -> List[Element]:
    """All objects below `oid`, in order; whole, or SnmpError. One round trip for BULK_ROWS rows, over v1 for up to V1_ROWS."""
    root = parse_oid(oid)
    rows = typed_rows(credentials, root, root, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise SnmpError(f"{credentials.name} gave {len(rows)} rows below {_dotted(root)} and no end of them")
    return [Element(_dotted(arcs), _plain(value), _dotted(arcs[len(root):])) for arcs, value in rows]


def typed_rows(credentials: Credentials, root: Arcs, after: Arcs, most: int) -> Pairs:
    """At most `most` objects below `root` and behind `after`, with pysnmp's own values, which know their SNMP type; none at the
    end. For reading a whole device in parts, each of which can be asked for again."""
    async def work(agent: _Agent) -> Pairs:
        rows = _V1Rows(root) if credentials.version == 1 else _Rows()
        return await _subtree(agent, root, rows, credentials.retries, after, most)
    # No retries inside pysnmp: it would repeat the same large question that may be what the agent cannot answer.
    return _run(credentials, lambda engines: engines.call(credentials, work, 0), WALK_DEADLINE_S)


async def _subtree(agent: _Agent, root: Arcs, asking: _Rows, retries: int, last: Arcs, most: int) -> Pairs:
    rows: Pairs = []
    while len(rows) < most:
        status, pairs = await asking.after(agent, last, retries)
        if status == "noSuchName":                      # v1's end of the MIB
            return rows
        agent.refuse(status, _dotted(last))
        if not pairs:
            raise SnmpError(f"{agent.name} broke off the walk: an empty answer after {_dotted(last)}")
        for arcs, value in pairs:
            if isinstance(value, rfc1905.EndOfMibView):
                return rows
            if arcs <= last or isinstance(value, _MISSING):
                raise SnmpError(f"{agent.name} broke off the walk: {_dotted(arcs)} after {_dotted(last)}")
            if arcs[:len(root)] != root:
                return rows
            rows.append((arcs, value))
            last = arcs
    return rows


class _Rows:
    """Asks for the next rows of a walk by GETBULK. Agents that drop or refuse large answers get smaller questions."""

    def __init__(self, most: int = BULK_ROWS) -> None:
        self._most = self._size = most

    async def after(self, agent: _Agent, last: Arcs, retries: int) -> Tuple[str, Pairs]:
        """The error status ("" for none) and the rows behind `last`."""
        while True:
            try:
                status, pairs = await (self._many(agent, last) if self._size > 1 else _ask_next(agent, last))
            except SnmpTimeout:
                if not retries:
                    raise
                retries -= 1
                self._shrink(self._size // 5)
                continue
            if status not in ("tooBig", "genErr", "noSuchName") or self._size == 1:
                return status, pairs
            # A proxy in front of a v1 agent fails a whole GETBULK for one row: only a GETNEXT says that it is the end.
            self._shrink(self._size // 2 if status == "tooBig" else 1)

    async def _many(self, agent: _Agent, last: Arcs) -> Tuple[str, Pairs]:
        return await agent.ask(hlapi.bulk_cmd, [(last, rfc1902.Null(""))], 0, self._size)

    def _shrink(self, size: int) -> None:
        self._most = self._size = max(1, size)


class _V1Rows(_Rows):
    """The same for v1, which has no GETBULK: one GETNEXT asks for what follows the last row and for what follows the rows that
    should come after it, were the last arc of their index counted on.

    An answer counts only where the object that it follows is the one that the answer before it named: then nothing can lie
    between. A guess that fails costs no more than its place in the question, and the next questions are smaller.
    """

    def __init__(self, root: Arcs) -> None:
        super().__init__(V1_ROWS)
        self._root, self._size = root, _FIRST_GUESS

    async def _many(self, agent: _Agent, last: Arcs) -> Tuple[str, Pairs]:
        stem, number = (last[:-1], last[-1]) if len(last) > len(self._root) else (last, 0)
        asked = [last, *((*stem, guess) for guess in range(number + 1, min(number + self._size, _ARCS)))]
        status, pairs = await agent.ask(hlapi.next_cmd, [(arcs, rfc1902.Null("")) for arcs in asked])
        if status:              # noSuchName: one of them is behind the last object of the device
            return "tooBig" if status == "noSuchName" else status, []
        found = pairs[:1]
        for question, pair in zip(asked[1:], pairs[1:]):
            if question != found[-1][0] or pair[0] <= question:
                break
            found.append(pair)
        self._size = min(self._most, max(2, self._size * 2 if len(found) == self._size else len(found)))
        return "", found


async def _ask_next(agent: _Agent, last: Arcs) -> Tuple[str, Pairs]:
    return await agent.ask(hlapi.next_cmd, [(last, rfc1902.Null(""))])


class SnmpTimeout(SnmpError):
    """No answer. SNMP does not tell a dead host from a wrong community or privacy key."""


class _Agent:
    """One PDU's agent, for the length of one call."""

    def __init__(self, engine: Any, target: Any, credentials: Credentials) -> None:
        self._engine, self._target, self._auth = engine, target, credentials.authentication()
        self.name = credentials.name

    async def ask(self, command: Callable[..., Awaitable[Any]], pairs: Pairs,
                  *numbers: int) -> Tuple[str, Pairs]:
        """The error status ("" for none) and the (OID, value) pairs. Raises SnmpError where no answer came."""
        names = [hlapi.ObjectType(hlapi.ObjectIdentity(arcs), value) for arcs, value in pairs]
        count = SENT.get()
        if count is not None:
            count[0] += 1
        try:
            trouble, status, _, found = await command(self._engine, self._auth, self._target, hlapi.ContextData(),
                                                      *numbers, *names, lookupMib=False)
        except (PySnmpError, PyAsn1Error) as error:
            raise SnmpError(f"{self.name}: {_short(error)}") from None
        if isinstance(trouble, errind.RequestTimedOut):
            raise SnmpTimeout(f"timeout: no SNMP answer from {self.name}")
        if trouble:
            raise SnmpError(f"{self.name}: {trouble} ({type(trouble).__name__})")
        return ("" if not status else status.prettyPrint()), [(tuple(oid), value) for oid, value in found]

    def refuse(self, status: str, oid: str) -> None:
        """Raises SnmpError for any error status."""
        if status:
            raise SnmpError(f"{self.name} answered {status} for {oid}")


@dataclass(eq=False)
class _Engine:
    pysnmp: Any
    met: Set[Peer] = field(default_factory=set)
    answered: Set[Peer] = field(default_factory=set)
    users: int = 0


class _NoCompiler:
    """Where pysmi is installed, pysnmp makes a compiler of MIBs for each engine: a second of CPU, and one that would fetch MIBs
    from the Internet. With this one in its place it makes none.
    """

    def compile(self, *names: str, **_: object) -> Dict[str, str]:
        """No MIB can be compiled, as without pysmi."""
        return {name: "missing" for name in names}


class _Engines:
    """pysnmp's engines for each set of credentials, made when first needed. Everything here runs in the loop's thread.

    Measured on pysnmp 7.1.30: a new engine costs 70 ms of CPU and a call on a kept one 2 ms. After each new address an engine
    sorts all addresses that it knows anew: 6 ms among 100, 30 ms among 1,000. So engines are kept, and each has a share of
    the devices.
    """

    def __init__(self) -> None:
        # By default the loop's log would show the beginning of a datagram that pysnmp stumbles over: the community.
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: _LOGGER.debug("pysnmp failed: %s", type(context.get("exception")).__name__))
        self._kept: Dict[Key, List[_Engine]] = {}
        builder = MibBuilder()
        builder.set_mib_compiler(_NoCompiler(), "")
        self._view = MibViewController(builder)

    async def call(self, credentials: Credentials, work: Callable[[_Agent], Coroutine[Any, Any, T]], retries: int,
                   repeatable: bool = True) -> T:
        """What `work` makes of the agent. Raises SnmpError."""
        key, peer = credentials.engine_key(), (credentials.address, credentials.port)
        engine = self._engine_for(key, peer)
        engine.users += 1
        try:
            result = await work(_Agent(engine.pysnmp, await _target(credentials, retries), credentials))
            engine.answered.add(peer)
            return result
        except asyncio.CancelledError:
            # Past its deadline. An exception inside pysnmp can stop its timer for good, and then no time-out ever
            # comes: the next call gets a new engine.
            self._drop(key, engine)
            raise
        except SnmpTimeout:
            if credentials.version < 3 or peer not in engine.answered:
                raise
            # An SNMPv3 device that restarted, or another one at its address, does not exist for an engine that
            # remembers the former; what was sent to the former was not carried out, but a loss looks the same.
            self._drop(key, engine)
            if not repeatable:
                raise
        finally:
            engine.users -= 1
            if not engine.users and engine not in self._kept.get(key, ()):
                engine.pysnmp.close_dispatcher()
        return await self.call(credentials, work, retries)

    def close(self) -> None:
        for engines in self._kept.values():
            for engine in engines:
                engine.pysnmp.close_dispatcher()

    def _engine_for(self, key: Key, peer: Peer) -> _Engine:
        """The engine that has met this device, else the newest, else a new one where that has its share of devices."""
        engines = self._kept.setdefault(key, [])
        for engine in engines:
            if peer in engine.met:
                return engine
        if not engines or len(engines[-1].met) >= PEERS_OF_AN_ENGINE:
            engines.append(_Engine(self._made()))
            for oldest in engines[:-ENGINES_KEPT]:
                self._drop(key, oldest)
                if not oldest.users:
                    oldest.pysnmp.close_dispatcher()
        engines[-1].met.add(peer)
        return engines[-1]

    def _made(self) -> Any:
        """A new engine; all share one view of the few MIBs that pysnmp brings, since nothing is looked up in it."""
        engine = hlapi.SnmpEngine()
        engine.cache["mibViewController"] = self._view
        return engine

    def _drop(self, key: Key, engine: _Engine) -> None:
        """The next call makes another engine; this one closes with its last user."""
        if engine in self._kept.get(key, ()):
            self._kept[key].remove(engine)


async def _target(credentials: Credentials, retries: int) -> Any:
    kind = hlapi.Udp6TransportTarget if credentials.is_ipv6 else hlapi.UdpTransportTarget
    return await kind.create((credentials.address, credentials.port), timeout=credentials.timeout_s, retries=retries)


_KEPT: KeptLoop[_Engines] = KeptLoop(_Engines, _Engines.close)


def _run(credentials: Credentials, work: Callable[[_Engines], Coroutine[Any, Any, T]], deadline_s: float) -> T:
    try:
        return _KEPT.run(work, deadline_s)
    except asyncio.TimeoutError:
        raise SnmpTimeout(f"timeout: {credentials.name} was not done within {deadline_s:g} s") from None


def forget() -> None:
    """Ends all engines and what they learnt of devices; the next call makes new ones."""
    _KEPT.stop()


def parse_oid(text: str) -> Arcs:
    """The arcs of a dotted OID. Raises SnmpError."""
    parts = str(text).strip().strip(".").split(".")
    if not all(part.isascii() and part.isdigit() for part in parts) or len(parts) < 2:
        raise SnmpError(f"{str(text)[:80]!r} is no OID")
    return tuple(int(part) for part in parts)


def _dotted(arcs: Arcs) -> str:
    return ".".join(map(str, arcs))


def _octets(value: Union[str, bytes]) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8")


def _plain(value: Any) -> Value:
    """A pysnmp value as the element shows it. Octets become text only where that loses nothing."""
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
    """The last line of pysnmp's text, which may be a whole traceback."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1][:200]
