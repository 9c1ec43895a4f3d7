"""The SNMP calls get, set and walk of a platform that uses pysnmp 7, as its documentation shows
them, over v1, v2c and v3. Values are pysnmp's own objects.

pysnmp's functions are coroutines: all calls of the process run in one event loop, `_LOOP`. The text
of this file is copied into a platform's tree, so it imports nothing of the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from functools import cache
from typing import Any, Callable, TypeVar, Union

from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto import rfc1902

T = TypeVar("T")
#: OID and value
Binding = tuple[str, Any]

_AUTH = {"SHA": hlapi.USM_AUTH_HMAC96_SHA, "MD5": hlapi.USM_AUTH_HMAC96_MD5}
_PRIVACY = {"AES": hlapi.USM_PRIV_CFB128_AES, "DES": hlapi.USM_PRIV_CBC56_DES}
_ROWS = 25  # of one GETBULK


_LOOP = asyncio.new_event_loop()


@cache
def _engine() -> Any:
    """Made in the loop, to which it belongs; it takes 0.2 s."""
    return hlapi.SnmpEngine()


class SnmpException(Exception):
    """An answer that does not come, or an error status."""


class PysnmpCalls:
    """The calls to one SNMP agent. `_params` are the SNMP parameters of DCImanager, such as
    {"port": "161", "community": "public", "version": "2"}.
    """

    def __init__(self, host: str, params: Mapping[str, str]) -> None:
        self._host = host
        self._params = params

    def get(self, oid: str) -> Any:
        """The value of the object at `oid`, such as "1.3.6.1.2.1.1.5.0"; pysnmp's NoSuchObject or
        NoSuchInstance for a missing one.
        """

        async def read(engine: Any, login: Sequence[Any]) -> Any:
            variable = hlapi.ObjectType(hlapi.ObjectIdentity(oid))
            answer = await hlapi.get_cmd(engine, *login, variable, lookupMib=False)
            return _bindings(*answer)[0][1]

        return self._run(read)

    def set(self, oid: str, value: Union[int, str, bytes]) -> None:
        """Write an integer, or a text as an OCTET STRING, by one SET, which is not repeated if no
        answer comes. Raises SnmpException for an error, and for no answer.
        """
        if isinstance(value, int):
            typed = rfc1902.Integer32(value)
        else:
            octets = value.encode() if isinstance(value, str) else value
            typed = rfc1902.OctetString(octets)

        async def write(engine: Any, login: Sequence[Any]) -> None:
            variable = hlapi.ObjectType(hlapi.ObjectIdentity(oid), typed)
            answer = await hlapi.set_cmd(engine, *login, variable, lookupMib=False)
            _bindings(*answer)

        self._run(write, retries=0)

    def walk(self, oid: str) -> list[Binding]:
        """The objects below `oid`, in order: [("1.3.6.1.2.1.1.5.0", OctetString("rack-7"))]. By
        GETNEXT over v1, else by GETBULK.
        """

        async def read(engine: Any, login: Sequence[Any]) -> list[Binding]:
            options = {"lookupMib": False, "lexicographicMode": False}
            variable = hlapi.ObjectType(hlapi.ObjectIdentity(oid))
            if self._version() == 1:
                answers = hlapi.walk_cmd(engine, *login, variable, **options)
            else:
                answers = hlapi.bulk_walk_cmd(engine, *login, 0, _ROWS, variable, **options)
            bindings: list[Binding] = []
            async for answer in answers:
                bindings += _bindings(*answer)
            return bindings

        return self._run(read)

    def _version(self) -> int:
        return int(str(self._params.get("version", "2"))[0])

    def _run(
        self, call: Callable[[Any, Sequence[Any]], Coroutine[Any, Any, T]], retries: int = 3
    ) -> T:
        """What a coroutine function returns; it is called with pysnmp's engine and the arguments
        for this agent: login, target, context. `retries`: how often a request is repeated.
        """

        async def run() -> T:
            target = await hlapi.UdpTransportTarget.create(
                (self._host, int(self._params["port"])),
                timeout=float(self._params.get("timeout", 2)),
                retries=retries,
            )
            return await call(_engine(), (self._authentication(), target, hlapi.ContextData()))

        return _LOOP.run_until_complete(run())

    def _authentication(self) -> Any:
        """pysnmp's object for the login: the community over v1 and v2c, the user with his keys over
        v3.
        """
        if self._version() < 3:
            return hlapi.CommunityData(self._params["community"], mpModel=self._version() - 1)
        keys: dict[str, Any] = {}
        if "auth_protocol" in self._params:
            keys.update(
                authKey=self._params["auth_password"],
                authProtocol=_AUTH[self._params["auth_protocol"]],
            )
        if "priv_protocol" in self._params:
            keys.update(
                privKey=self._params["priv_password"],
                privProtocol=_PRIVACY[self._params["priv_protocol"]],
            )
        return hlapi.UsmUserData(self._params["user"], **keys)


def _bindings(trouble: Any, status: Any, place: Any, bindings: Sequence[Any]) -> list[Binding]:
    if trouble or status:
        raise SnmpException(str(trouble) if trouble else str(status.prettyPrint()))
    return [(str(oid), value) for oid, value in bindings]
