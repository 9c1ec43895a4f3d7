"""The SNMP calls get, set and walk of a platform, by each library that it may use, as its pages
show them: easysnmp, ezsnmp, pysnmp 4 and puresnmp. Values are as the library returns them.

The text of this file is copied into a platform's tree, so it imports nothing of the tests. Who
copies it sets `LIBRARY` in the copy, such as "easysnmp"; get(oid) is then `_get_easysnmp(oid)`.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
from collections.abc import Mapping
from typing import Any, Union

LIBRARY = ""

#: OID and value
Binding = tuple[str, Any]


@functools.cache
def _pysnmp_engine() -> Any:
    """The engine of pysnmp 4, one for all calls of this process, as its first call costs 0.3 s."""
    return importlib.import_module("pysnmp.hlapi").SnmpEngine()


class LibraryCalls:
    """The calls to one SNMP agent over v1 or v2c. `_module` is the library, `_version` 1 or 2."""

    def __init__(self, host: str, params: Mapping[str, str]) -> None:
        """`params`: the SNMP parameters of DCImanager, such as {"port": "161", "community":
        "public", "version": "1"}.
        """
        self._host = host
        self._port = int(params["port"])
        self._version = int(str(params.get("version", "2"))[0])
        self._community = params["community"]
        self._module: Any = importlib.import_module(LIBRARY)

    def get(self, oid: str) -> Any:
        """The value of the object at `oid`, such as "1.3.6.1.2.1.1.5.0"; of a missing one, what the
        library returns for it.
        """
        return getattr(self, f"_get_{LIBRARY}")(oid)

    def set(self, oid: str, value: Union[int, str]) -> None:
        """Write an integer, or a text as an OCTET STRING, by one SET."""
        getattr(self, f"_set_{LIBRARY}")(oid, value)

    def walk(self, oid: str) -> list[Binding]:
        """The objects below `oid`, in order: [("1.3.6.1.2.1.1.5.0", "rack-7")]."""
        rows: list[Binding] = getattr(self, f"_walk_{LIBRARY}")(oid)
        return rows

    # ---- easysnmp and ezsnmp, on Net-SNMP's library

    def _session(self) -> Any:
        """A new session of easysnmp or ezsnmp to the agent, which returns OIDs as numbers."""
        login = {"hostname": self._host, "community": self._community}
        if LIBRARY == "easysnmp":
            return self._module.Session(
                **login, remote_port=self._port, version=self._version, use_numeric=True
            )
        return self._module.Session(
            **login,
            port_number=str(self._port),
            version="1" if self._version == 1 else "2c",
            print_oids_numerically=True,
            print_enums_numerically=True,
        )

    def _get_easysnmp(self, oid: str) -> Any:
        return self._session().get(f".{oid}").value

    def _set_easysnmp(self, oid: str, value: Union[int, str]) -> None:
        self._session().set(f".{oid}", value, "INTEGER" if isinstance(value, int) else "OCTETSTR")

    def _walk_easysnmp(self, oid: str) -> list[Binding]:
        rows = self._session().walk(f".{oid}")
        return [(f"{row.oid}.{row.oid_index}".strip("."), row.value) for row in rows]

    def _get_ezsnmp(self, oid: str) -> Any:
        return self._session().get(f".{oid}")[0].value

    def _set_ezsnmp(self, oid: str, value: Union[int, str]) -> None:
        self._session().set([f".{oid}", "i" if isinstance(value, int) else "s", str(value)])

    def _walk_ezsnmp(self, oid: str) -> list[Binding]:
        rows = self._session().walk(f".{oid}")
        return [(f"{row.oid}.{row.index}".strip("."), row.value) for row in rows]

    # ---- pysnmp 4

    def _pysnmp(self) -> tuple[Any, tuple[Any, ...]]:
        """The module pysnmp.hlapi, and the four first arguments of each of its commands: engine,
        community, target and context.
        """
        hlapi = importlib.import_module("pysnmp.hlapi")
        engine = _pysnmp_engine()
        community = hlapi.CommunityData(self._community, mpModel=self._version - 1)
        target = hlapi.UdpTransportTarget((self._host, self._port), timeout=20)
        return hlapi, (engine, community, target, hlapi.ContextData())

    def _get_pysnmp(self, oid: str) -> Any:
        hlapi, peer = self._pysnmp()
        return self._pysnmp_rows(
            hlapi.getCmd(*peer, hlapi.ObjectType(hlapi.ObjectIdentity(oid)), lookupMib=False)
        )[0][1]

    def _set_pysnmp(self, oid: str, value: Union[int, str]) -> None:
        hlapi, peer = self._pysnmp()
        typed = hlapi.Integer32(value) if isinstance(value, int) else hlapi.OctetString(value)
        variable = hlapi.ObjectType(hlapi.ObjectIdentity(oid), typed)
        self._pysnmp_rows(hlapi.setCmd(*peer, variable, lookupMib=False))

    def _walk_pysnmp(self, oid: str) -> list[Binding]:
        hlapi, peer = self._pysnmp()
        variable = hlapi.ObjectType(hlapi.ObjectIdentity(oid))
        options = {"lookupMib": False, "lexicographicMode": False}
        if self._version == 1:
            return self._pysnmp_rows(hlapi.nextCmd(*peer, variable, **options))
        return self._pysnmp_rows(hlapi.bulkCmd(*peer, 0, 25, variable, **options))

    @staticmethod
    def _pysnmp_rows(answers: Any) -> list[Binding]:
        """The OIDs and values in the answers of a command of pysnmp, which come as they are taken.
        Raises RuntimeError for an answer with an error, and for none in time.
        """
        rows: list[Binding] = []
        for trouble, status, _, bindings in answers:
            if trouble or status:
                raise RuntimeError(str(trouble or status.prettyPrint()))
            rows += [(str(oid), value) for oid, value in bindings]
        return rows

    # ---- puresnmp 2

    def _puresnmp(self) -> Any:
        """A new client of puresnmp for the agent, which returns values of Python."""
        login = self._module.V1 if self._version == 1 else self._module.V2C
        return self._module.PyWrapper(
            self._module.Client(self._host, login(self._community), port=self._port)
        )

    def _get_puresnmp(self, oid: str) -> Any:
        return asyncio.run(self._puresnmp().get(oid))

    def _set_puresnmp(self, oid: str, value: Union[int, str]) -> None:
        types = importlib.import_module("x690.types")
        typed = (
            types.Integer(value) if isinstance(value, int) else types.OctetString(value.encode())
        )
        asyncio.run(self._puresnmp().set(oid, typed))

    def _walk_puresnmp(self, oid: str) -> list[Binding]:
        async def read() -> list[Binding]:
            return [(str(row.oid), row.value) async for row in self._puresnmp().walk(oid)]

        return asyncio.run(read())
