"""Double of `pdu_common.connection`: DCImanager's data of a PDU, which it passes to `make_handler`.

Both classes leave out their parameters in `repr`, because these may contain communities and
passwords.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PduSnmpData:
    """For a PDU with SNMP."""

    #: INFERRED. The address on the form
    ip: str
    #: KNOWN: `community`. UNKNOWN: the other keys, here `version` (1, 2 or 3 as text, 2 when
    #: absent), `port` (161); for version 3 `user`, `auth_protocol`, `auth_password`,
    #: `priv_protocol`, `priv_password`; `timeout` (seconds for each try, 2) and `retries` (2)
    snmp_params: dict[str, str] = field(default_factory=dict, repr=False)
    #: INFERRED. The handler settings
    custom_params: dict[str, str] = field(default_factory=dict, repr=False)
    #: INFERRED
    device: str = ""


@dataclass
class PduData:
    """For a PDU without SNMP. UNKNOWN: the class's name."""

    #: INFERRED. The address on the form
    ip: str
    #: INFERRED. The handler settings
    custom_params: dict[str, str] = field(default_factory=dict, repr=False)
    #: INFERRED
    device: str = ""
