"""Calls of the double in lines of tables: `walk S`, `get M`, `set W.1 2`, `number M`, `float M`.

An OID may begin with a name: S, N and W are columns of an APC's outlets, C and T of objects that
tests make, M is sysName.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Callable

from pdu_common.base_snmp_pdu import BaseSnmpPdu, Element, SnmpError
from tests.servers.snmpd import AUTH_PASSWORD, PRIV_PASSWORD
from tests.simulators.snmp_agent.devices import apc

WORDS = ("walk", "get", "set", "number", "float")
COLUMN = "1.3.6.1.4.1.99999.1"
NAMES = {
    "S": f"{apc.RPDU2_STATUS}.5",
    "N": f"{apc.RPDU2_STATUS}.3",
    "W": f"{apc.RPDU2_CONTROL}.5",
    "C": COLUMN,
    "T": "1.3.6.1.4.1.99999.2",
    "M": "1.3.6.1.2.1.1.5.0",
}
_SECRETS = (AUTH_PASSWORD, PRIV_PASSWORD, "private", "wrong-password")


def oid_of(text: str) -> str:
    """The OID of a text that may begin with a name."""
    name, dot, rest = text.partition(".")
    return NAMES.get(name, name) + dot + rest


def end_of(
    pdu: BaseSnmpPdu, call: str, agent: str, shown_rows: Callable[[str, Sequence[Element]], str]
) -> str:
    """The value, the rows as `shown_rows` returns them for their column, or the error, in which H
    is the agent, and OIDs have names.
    """
    word, _, rest = call.partition(" ")
    name, _, value = rest.partition(" ")
    oid = oid_of(name)
    try:
        if word == "walk":
            return shown_rows(oid, pdu.snmp_walk(oid))
        if word == "set":
            pdu.snmp_set(oid, ast.literal_eval(value))
            return "written"
        element = pdu.snmp_get(oid)
        if word == "get":
            return repr(element.value)
        return repr(element.value_int if word == "number" else element.value_float)
    except (SnmpError, ValueError) as error:
        text = str(error).replace(agent, "H")
        for name, whole in NAMES.items():
            text = text.replace(whole, name)
        secrets = [f" SHOWS {secret}" for secret in _SECRETS if secret in text]
        return f"{type(error).__name__} {text}{''.join(secrets)}"
