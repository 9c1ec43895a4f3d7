"""The SNMP GET of sysObjectID, sysDescr and sysName by which `pdu find` asks many addresses, and
its answer (RFC 3416; v2c: RFC 1901).
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from pdu_common.snmp_client.tool_api import ask_objects, dotted, read_answer

OBJECT_ID = "1.3.6.1.2.1.1.2.0"
DESCRIPTION = "1.3.6.1.2.1.1.1.0"
NAME = "1.3.6.1.2.1.1.5.0"


class AgentAnswer(NamedTuple):
    """What an SNMP agent answered to the GET; "" for an object that it does not have, or that is no
    text or OID.

    AgentAnswer(4711, "1.3.6.1.4.1.318.1.3.4.6", "APC Web/SNMP Management Card ...", "r1-left")
    """

    #: the request id
    number: int
    #: sysObjectID
    object_id: str
    #: sysDescr
    description: str
    #: sysName
    name: str


def encode_question(community: bytes, number: int) -> bytes:
    """The datagram of a GET over SNMPv2c that asks for the three objects. `number`: the request id,
    below 2**31; the answer has the same one.

    >>> encode_question(b"public", 7)[7:13]
    b'public'
    """
    return ask_objects(community, number, (OBJECT_ID, DESCRIPTION, NAME))


def decode_answer(data: bytes) -> Optional[AgentAnswer]:
    """The answer in a datagram that was received; None for an error that the agent reports, for a
    request, and for data that is no SNMP. Never raises.

    >>> decode_answer(b"not SNMP")
    >>> decode_answer(encode_question(b"public", 7))
    """
    pdu = read_answer(data)
    if pdu is None or pdu.status:
        return None
    value_by_oid = {dotted(arcs): value for arcs, (_, value) in pdu.rows}
    object_id = value_by_oid.get(OBJECT_ID)
    return AgentAnswer(
        number=pdu.request_id,
        object_id=dotted(object_id) if isinstance(object_id, tuple) else "",
        description=_text(value_by_oid.get(DESCRIPTION)),
        name=_text(value_by_oid.get(NAME)),
    )


def _text(value: object) -> str:
    """The text in the octets that an agent sent; "" for a value of another type.

    >>> _text(b"r1-left"), _text(7)
    ('r1-left', '')
    """
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
