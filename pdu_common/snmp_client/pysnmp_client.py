"""SNMP on pysnmp: reads and writes over v1, v2c and v3.

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
import time
import warnings
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, TypeVar, Union

from pyasn1.error import PyAsn1Error
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.hlapi.v3arch.asyncio.lcd import CommandGeneratorLcdConfigurator
from pysnmp.proto import errind, rfc1902
from pysnmp.proto.secmod.rfc3414.priv import des
from pysnmp.proto.secmod.rfc3826.priv import aes

from . import reads
from .background_loop import BackgroundLoop, LoopBlocked
from .credentials import Credentials, missing_cipher_error
from .errors import SnmpError, SnmpTimeout
from .pdus import Community
from .process_options import SENT, cached_engine_limit
from .pysnmp_engine import new_engine
from .reads import (
    Arcs,
    Read,
    Rows,
    SnmpAnswer,
    SnmpRequest,
    TypedValue,
    raise_for_status,
    status_name,
)

Pairs = list[tuple[Arcs, Any]]  # OID and pysnmp's own value
Peer = tuple[str, int]  # address and port
Key = tuple[str, ...]  # credentials with equal keys share engines
T = TypeVar("T")

PEERS_OF_AN_ENGINE = 100
_LOGGER = logging.getLogger(__name__)
_APPLICATION = 64  # the bit of a tag that marks application types, such as Counter32 (RFC 2578)
_CONTEXT = 128  # the bit of a tag that marks exceptions, such as endOfMibView (RFC 3416, 3)
_AUTH = {
    "md5": hlapi.USM_AUTH_HMAC96_MD5,
    "sha": hlapi.USM_AUTH_HMAC96_SHA,
    "sha1": hlapi.USM_AUTH_HMAC96_SHA,
    "sha224": hlapi.USM_AUTH_HMAC128_SHA224,
    "sha256": hlapi.USM_AUTH_HMAC192_SHA256,
    "sha384": hlapi.USM_AUTH_HMAC256_SHA384,
    "sha512": hlapi.USM_AUTH_HMAC384_SHA512,
}
_PRIVACY = {
    "des": hlapi.USM_PRIV_CBC56_DES,
    "3des": hlapi.USM_PRIV_CBC168_3DES,
    "aes": hlapi.USM_PRIV_CFB128_AES,
    "aes128": hlapi.USM_PRIV_CFB128_AES,
    "aes192": hlapi.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": hlapi.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": hlapi.USM_PRIV_CFB192_AES,
    "aes256c": hlapi.USM_PRIV_CFB256_AES,
}


def run_read(credentials: Credentials, make: Callable[[], Read[T]], deadline_s: float) -> T:
    """The result of a read, within `deadline_s` seconds. `make` may be called twice.

    Raises SnmpError.
    """

    async def work(agent: _PysnmpAgent) -> T:
        return await agent.run(make())

    return _run(credentials, lambda engines: engines.call(credentials, work), deadline_s)


def write(
    credentials: Credentials, arcs: Arcs, value: Union[int, str, bytes], deadline_s: float
) -> None:
    """One SET, not repeated if no answer comes. Raises SnmpError."""
    try:
        typed = _typed(value)
    except (PyAsn1Error, UnicodeError):
        raise SnmpError(
            "the value to write does not fit into an INTEGER or an OCTET STRING"
        ) from None

    async def work(agent: _PysnmpAgent) -> None:
        status, _ = await agent.ask(cmdgen.SetCommandGenerator, [(arcs, typed)])
        raise_for_status(status, arcs, agent.name)

    _run(
        credentials,
        lambda engines: engines.call(credentials, work, repeatable=False),
        deadline_s,
    )


def _typed(value: Union[int, str, bytes]) -> Any:
    """pysnmp's value. Raises PyAsn1Error and UnicodeError."""
    if isinstance(value, int):
        return rfc1902.Integer32(value)
    return rfc1902.OctetString(value.encode("utf-8") if isinstance(value, str) else value)


def of_wire(value: Any) -> TypedValue:
    """A value of pysnmp's types."""
    tag = value.tagSet[-1]
    number = int(tag.tagId) | int(tag.tagClass) & (_APPLICATION | _CONTEXT)
    if number == reads.OID:
        return TypedValue(number, tuple(value))
    if number == reads.NULL or number & _CONTEXT:
        return TypedValue(number, b"")
    if number in (reads.OCTETS, reads.ADDRESS, reads.OPAQUE):
        return TypedValue(number, bytes(value))
    return TypedValue(number, int(value))


def _authentication(credentials: Credentials) -> Any:
    """The community or the user as pysnmp's value. Raises SnmpError."""
    if credentials.version < 3:
        return hlapi.CommunityData(credentials.community, mpModel=credentials.version - 1)
    keys: dict[str, Any] = {}
    if credentials.auth_protocol:
        keys.update(
            authKey=credentials.auth_password, authProtocol=_AUTH[credentials.auth_protocol]
        )
    if credentials.priv_protocol:
        _check_cipher(credentials.priv_protocol)
        keys.update(
            privKey=credentials.priv_password, privProtocol=_PRIVACY[credentials.priv_protocol]
        )
    return hlapi.UsmUserData(credentials.user, **keys)


def _check_cipher(protocol: str) -> None:
    # pysnmp could not import its cipher
    if getattr(aes if protocol.startswith("aes") else des, "PysnmpCryptoError", False):
        raise missing_cipher_error(protocol)
    # pysnmp 7.1.21 takes the mode CFB from a module in which cryptography has deprecated it.
    warnings.filterwarnings("ignore", message="CFB has been moved")


class _PysnmpAgent:
    """One PDU's agent during one call."""

    def __init__(self, engine: _PysnmpEngine, target: Any, credentials: Credentials) -> None:
        self._engine, self._target = engine, target
        self._auth = _authentication(credentials)
        self._peer, self.name = credentials.peer, credentials.name
        self._timeout_s, self._learned = credentials.timeout_s, credentials.learned
        self._login = credentials.version, credentials.community.encode("latin-1")

    async def run(self, reading: Read[T]) -> T:
        """The result of a read. Raises SnmpError."""
        try:
            request = next(reading)
            while True:
                try:
                    answer = await self._answer(request)
                except SnmpTimeout as error:
                    request = reading.throw(error)
                else:
                    request = reading.send(answer)
        except StopIteration as ended:
            result: T = ended.value
            return result

    async def _answer(self, request: SnmpRequest) -> SnmpAnswer:
        pairs = [(arcs, rfc1902.Null("")) for arcs in request.oids]
        numbers = (0, request.most) if request.kind == reads.GET_BULK else ()
        patience_s = self._learned.patience_s(self._timeout_s)
        # else pysnmp's own time-out ends the wait
        wait_s = patience_s if request.asks_rows and patience_s < self._timeout_s else None
        sent_at = time.monotonic()
        status, rows = await self.ask(_GENERATORS[request.kind], pairs, *numbers, wait_s=wait_s)
        self._learned.answered(time.monotonic() - sent_at)
        return SnmpAnswer(status, rows)

    async def ask(
        self,
        generator: Callable[[], Any],
        pairs: Pairs,
        *numbers: int,
        wait_s: Optional[float] = None,
    ) -> tuple[str, Rows]:
        """The error status ("" for none) and the rows.

        Waits until `wait_s` or the timeout are over. Raises SnmpError if no valid answer came.
        """
        engine = self._engine.pysnmp
        answered: asyncio.Future[tuple[Any, Any, Any]] = asyncio.get_running_loop().create_future()

        def take(
            _engine: Any,
            _handle: Any,
            trouble: Any,
            status: Any,
            _place: Any,
            pairs_of_answer: Any,
            _context: Any,
        ) -> None:
            if not answered.done():
                answered.set_result((trouble, status, pairs_of_answer))

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
            trouble, status, answer_pairs = await asyncio.wait_for(answered, wait_s)
        except asyncio.TimeoutError:
            raise SnmpTimeout(f"timeout: no SNMP answer from {self.name}") from None
        except (PySnmpError, PyAsn1Error) as error:
            raise SnmpError(f"{self.name}: {_short(error)}") from None
        if isinstance(trouble, errind.RequestTimedOut):
            raise SnmpTimeout(f"timeout: no SNMP answer from {self.name}")
        self._engine.answered.add(self._peer)
        message: Optional[Community] = getattr(trouble, "message", None)
        if message and (message.version + 1, message.community) == self._login:
            return status_name(message.pdu.status), message.pdu.rows
        if trouble:
            raise SnmpError(f"{self.name}: {trouble} ({type(trouble).__name__})")
        return status_name(int(status)), [
            (tuple(oid), of_wire(value)) for oid, value in answer_pairs
        ]


_GENERATORS: dict[int, Callable[[], Any]] = {
    reads.GET: cmdgen.GetCommandGenerator,
    reads.GET_NEXT: cmdgen.NextCommandGeneratorSingleRun,
    reads.GET_BULK: cmdgen.BulkCommandGeneratorSingleRun,
}
_TARGETS = CommandGeneratorLcdConfigurator()


@dataclass(eq=False)
class _PysnmpEngine:
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
        self._kept: dict[Key, list[_PysnmpEngine]] = {}

    async def call(
        self,
        credentials: Credentials,
        work: Callable[[_PysnmpAgent], Coroutine[Any, Any, T]],
        repeatable: bool = True,
    ) -> T:
        """The result of `work`. `repeatable`: `work` only reads."""
        key, peer = credentials.engine_key(), credentials.peer
        engine = self._engine_for(key, peer)
        engine.users += 1
        try:
            return await work(
                _PysnmpAgent(engine, await _target(credentials, engine.met[peer]), credentials)
            )
        except asyncio.CancelledError:
            # The call is past its deadline, or `close_engines` ended it. An exception inside pysnmp
            # can stop an engine's timer for good, so that the engine never times out again.
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

    def _engine_for(self, key: Key, peer: Peer) -> _PysnmpEngine:
        """The engine that serves this device, else one with room for it."""
        engines = self._kept.setdefault(key, [])
        for engine in engines:
            if peer in engine.met:
                return engine
        if not engines or len(engines[-1].met) >= PEERS_OF_AN_ENGINE:
            engines.append(_PysnmpEngine(new_engine()))
            for oldest in engines[: -cached_engine_limit()]:
                self._drop(key, oldest)
        engines[-1].met[peer] = {}
        return engines[-1]

    def _drop(self, key: Key, engine: _PysnmpEngine) -> None:
        """Remove the engine, and close it if no call uses it.

        Otherwise the last call that uses it drops it again.
        """
        if engine in self._kept.get(key, ()):
            self._kept[key].remove(engine)
        if not engine.users:
            engine.pysnmp.close_dispatcher()


async def _target(credentials: Credentials, target_by_timeout: dict[float, Any]) -> Any:
    """The device's target with this timeout. Reads and writes share it, because each further target
    of an engine makes the later ones cost more."""
    target = target_by_timeout.get(credentials.timeout_s)
    if target is None:
        kind = hlapi.Udp6TransportTarget if credentials.is_ipv6 else hlapi.UdpTransportTarget
        target = await kind.create(
            (credentials.address, credentials.port), timeout=credentials.timeout_s, retries=0
        )
        target_by_timeout[credentials.timeout_s] = target
    return target


_BLOCKED = (
    "the thread that carries out SNMP calls is blocked. In a process that gevent has patched it"
    " runs only while the thread of the first call waits: make all calls in that thread, in its"
    " greenlets, or in another process"
)
_KEPT: BackgroundLoop[_Engines] = BackgroundLoop(_Engines, _Engines.close)


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
        # For example: no descriptors or threads left, no IPv6 on this host, or `close_engines`
        # ended the call.
        raise SnmpError(f"{credentials.name}: {_short(error)}") from None


def close_engines() -> None:
    """End all engines and forget their data about devices. The next call makes new engines."""
    _KEPT.stop()


def _short(error: BaseException) -> str:
    """The last line of the error's text: pysnmp's may be a whole traceback."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]
