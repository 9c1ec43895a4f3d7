"""Double of `pdu_common.base_snmp_pdu`: the platform's three SNMP calls.

A GET of a missing object returns an element with the value None, in every version of SNMP. The
calls raise SnmpError if no valid answer comes or the device refuses the request.
"""

from __future__ import annotations

from typing import Any, Optional, Union

from .base_pdu import BasePdu
from .snmp_client.calls import get, walk, write_object
from .snmp_client.credentials import Credentials
from .snmp_client.errors import SnmpError
from .snmp_client.reads import Element

__all__ = ["BaseSnmpPdu", "Element", "SnmpError"]


class BaseSnmpPdu(BasePdu):
    """KNOWN: the name and the three calls. `_credentials_pair` keeps, for a session, the fields of
    the form and the `Credentials` (address and login) that were made of them.

    INFERRED: derives from BasePdu. UNKNOWN: what the calls raise.
    """

    _credentials_pair: Optional[tuple[Any, Credentials]] = None

    def snmp_get(self, oid: str) -> Element:
        """KNOWN: one read, `oid` as text or Oid.

        > GET 1.3.6.1.2.1.1.5.0    < "rack7"    Element("1.3.6.1.2.1.1.5.0", "rack7")

        UNKNOWN: the result for a missing object; here its value is None.
        """
        return get(self._credentials(), oid)

    def snmp_set(self, oid: str, value: Union[int, str, bytes]) -> None:
        """KNOWN: one write.

        INFERRED: an int is sent as INTEGER, a str or bytes as OCTET STRING. Not repeated on
        timeout.
        """
        write_object(self._credentials(), oid, value)

    def snmp_set_unsigned(self, oid: str, value: int) -> None:
        """One write as Unsigned32, which has the tag of Gauge32 (RFC 2578, 7.1.11).

        Not the platform's, whose snmp_set chooses the type: the handler calls it if it is there.
        """
        write_object(self._credentials(), oid, value, unsigned=True)

    def snmp_walk(self, oid: str) -> list[Element]:
        """KNOWN: a subtree as a list of elements.

        UNKNOWN: whether an error may shorten the list; here it raises.
        """
        return walk(self._credentials(), oid)

    def begin_snmp_session(self) -> None:
        """Forgets the address to which the agent's name was resolved, and what earlier reads showed
        of the agent, such as that it drops GETBULK.

        Not the platform's: the handler calls it at the begin of a session, if it is there.
        """
        self._credentials_pair = None

    def _credentials(self) -> Credentials:
        """The agent's address and login, of the fields of the form: checked, and the host name
        resolved, once in a session for the same fields. Raises SnmpError for a wrong field."""
        form = (self.pdu_data.ip, dict(self.pdu_data.snmp_params))
        if self._credentials_pair is not None:
            known_form, credentials = self._credentials_pair
            if known_form == form:
                return credentials
        credentials = Credentials.from_params(*form)
        self._credentials_pair = form, credentials
        return credentials
