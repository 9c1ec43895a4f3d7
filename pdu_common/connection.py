"""Double of `pdu_common.connection`: DCImanager's data of a PDU, which it passes to `make_handler`.

Both classes leave out their parameters in `repr`, because these may contain communities and passwords.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict


@dataclass
class PduSnmpData:
    """KNOWN: `snmp_params["community"]`. INFERRED: `ip`, `device`, `custom_params`. UNKNOWN: the other keys.

    `snmp_params` here: `version` (1, 2 or 3 as text, 2 when absent), `port` (161), `community`; for version 3 `user`,
    `auth_protocol`, `auth_password`, `priv_protocol`, `priv_password`; `timeout` (seconds for each try, 2) and `retries` (2).
    """

    ip: str
    snmp_params: Dict[str, str] = field(default_factory=dict, repr=False)
    custom_params: Dict[str, str] = field(default_factory=dict, repr=False)
    device: str = ""


@dataclass
class PduData:
    """For a PDU without SNMP. INFERRED: `ip`, `device`, `custom_params` (key/value pairs). UNKNOWN: the class's name."""

    ip: str
    custom_params: Dict[str, str] = field(default_factory=dict, repr=False)
    device: str = ""
