"""Double of `pdu_common.connection`: DCImanager's data of a PDU, which it passes to `make_handler`.

Both classes leave out their parameters in `repr`, because these may contain communities and
passwords.
"""

from __future__ import annotations

from typing import Optional


class _Connection:
    """Compared by its attributes. Two dataclasses would compile six functions: 4 million
    instructions at each start.
    """

    ip: str
    device: str

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(ip={self.ip!r}, device={self.device!r})"


class PduSnmpData(_Connection):
    """For a PDU with SNMP."""

    def __init__(
        self,
        ip: str,
        snmp_params: Optional[dict[str, str]] = None,
        custom_params: Optional[dict[str, str]] = None,
        device: str = "",
    ) -> None:
        #: INFERRED. The address on the form
        self.ip = ip
        #: KNOWN: `community`. UNKNOWN: the other keys, here `version` (1, 2 or 3 as text, 2 when
        #: absent), `port` (161); for version 3 `user`, `auth_protocol`, `auth_password`,
        #: `priv_protocol`, `priv_password`; `timeout` (seconds for each try, 2) and `retries` (2)
        self.snmp_params = {} if snmp_params is None else snmp_params
        #: INFERRED. The handler settings
        self.custom_params = {} if custom_params is None else custom_params
        #: INFERRED
        self.device = device


class PduData(_Connection):
    """For a PDU without SNMP. UNKNOWN: the class's name."""

    def __init__(
        self, ip: str, custom_params: Optional[dict[str, str]] = None, device: str = ""
    ) -> None:
        #: INFERRED. The address on the form
        self.ip = ip
        #: INFERRED. The handler settings
        self.custom_params = {} if custom_params is None else custom_params
        #: INFERRED
        self.device = device
