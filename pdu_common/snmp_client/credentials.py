"""Checks `snmp_params`, the SNMP fields of DCImanager's form, such as `{"version": "3", "user":
"reader"}`, and makes `Credentials` of them: address and login of one agent.

SNMPv3 has two *stages*: authentication ("auth"), and with it privacy ("priv"), each with a protocol
and a password. An error names the field that is wrong, such as `auth_password`.
"""

from __future__ import annotations

import importlib.util
import math
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import ciphers, keys
from .agent_limits import AgentLimits
from .errors import SnmpError
from .hosts import host_name

_VERSIONS = {"1": 1, "v1": 1, "2": 2, "2c": 2, "v2": 2, "v2c": 2, "3": 3, "v3": 3}
# limit in seconds for all tries of one GET or SET; a walk has its own limit
LONGEST_S = 20.0
_QUOTES = ('"', "'")
_SHORTEST_PASSWORD = 8  # RFC 3414, 11.2
_LONGEST_USER = 32  # RFC 3414, 5, usmUserName
_LAST_CHARACTER = 0xFF  # text is sent as Latin-1


@dataclass(repr=False, eq=False)
class Credentials:
    """Address and login of one agent, and what this session learned; its repr shows nothing."""

    #: as given: a name or an address, an IPv6 address perhaps in brackets
    host: str
    #: the first address of the host; an IPv6 zone is a number
    address: str
    #: UDP
    port: int
    #: whether `address` is of IPv6
    is_ipv6: bool
    #: of SNMP: 1, 2 (that is 2c) or 3
    version: int
    #: for each try
    timeout_s: float = 2.0
    #: of reads; a write is sent once
    retries: int = 2
    #: of v1 and v2c
    community: str = ""
    #: of v3; the protocols are those of `keys` and `ciphers`, "" for none
    user: str = ""
    auth_protocol: str = ""
    auth_password: str = ""
    priv_protocol: str = ""
    priv_password: str = ""
    #: by the reads of this session; another session begins with a new one
    learned: AgentLimits = field(default_factory=AgentLimits, init=False)

    @property
    def name(self) -> str:
        """The host as given, and the port, for errors: "pdu7.example:161", "[2001:db8::7]:161"."""
        host = self.host.strip("[]")
        if ":" in host:
            return f"[{host}]:{self.port}"
        return f"{host}:{self.port}"

    @property
    def peer(self) -> tuple[str, int]:
        """The agent's address and port: ("192.0.2.7", 161)."""
        return self.address, self.port

    @property
    def longest_s(self) -> float:
        """The deadline of one GET or SET in seconds: the tries of a read plus 3 s, at most
        LONGEST_S.

        With v3 the tries count three times: a device that was known and stops answering may have a
        new engine, so the discovery and the read are repeated.

        >>> Credentials.from_params("192.0.2.7", {"community": "public"}).longest_s
        9.0
        """
        rounds = 3 if self.version == 3 else 1
        tries = (self.retries + 1) * rounds
        return min(LONGEST_S, self.timeout_s * tries + 3)

    @classmethod
    def from_params(cls, host: str, params: Mapping[str, Any]) -> Credentials:
        """The credentials in `snmp_params`, of a host whose name is looked up. Raises SnmpError for
        a field that is wrong or missing, and a host without an address.

        >>> params = {"community": "public", "timeout": "5"}
        >>> agent = Credentials.from_params("192.0.2.7", params)
        >>> agent.address, agent.port, agent.version, agent.timeout_s
        ('192.0.2.7', 161, 2, 5.0)
        """
        fields = {key: str(value) for key, value in params.items() if value not in (None, "")}
        version = _one_of(fields.get("version", "2"), _VERSIONS, "version")
        port = _whole_number(fields.get("port", "161"), "port", lowest=1, highest=65535)
        address, is_ipv6 = _resolve(host, port)
        if version == 3:
            login = {"user": _require(fields, "user"), **_levels(fields)}
        elif "community" in fields:
            login = {"community": fields["community"]}
        else:
            raise SnmpError("snmp_params has no community", "community", "is missing")
        _check_login(login)
        timeout_s = _number(fields.get("timeout", "2"), "timeout", lowest=0.05, highest=60)
        retries = _whole_number(fields.get("retries", "2"), "retries", lowest=0, highest=10)
        return cls(
            host=host,
            address=address,
            port=port,
            is_ipv6=is_ipv6,
            version=version,
            timeout_s=timeout_s,
            retries=retries,
            **login,
        )

    def engine_key(self) -> tuple[str, ...]:
        """What of the login tells whether an SNMPv3 engine that another call discovered may be
        used: user, protocols and passwords. () for v1 and v2c, which have no engine.

        >>> params = {"version": "3", "user": "reader"}
        >>> Credentials.from_params("192.0.2.7", params).engine_key()
        ('reader', '', '', '', '')
        """
        if self.version < 3:
            return ()
        return (
            self.user,
            self.auth_protocol,
            self.auth_password,
            self.priv_protocol,
            self.priv_password,
        )


def _check_login(login: Mapping[str, str]) -> None:
    """Raises SnmpError for a community, a user or a password that SNMP cannot carry.

    >>> _check_login({"community": "public"})
    >>> _check_login({"community": '"public"'})
    Traceback (most recent call last):
    pdu_common.snmp_client.errors.SnmpError: snmp_params community is in quotes: give it without \
them
    """
    for key, text in login.items():
        if any(ord(character) > _LAST_CHARACTER for character in text):
            raise _wrong(key, "has a character outside Latin-1, in which it would be sent")
        if not text.isprintable():
            raise _wrong(key, "has a tab, a line end or another control character")
    community = login.get("community", "")
    if community and community[0] in _QUOTES and community[-1] in _QUOTES:
        raise _wrong("community", "is in quotes: give it without them")
    if len(login.get("user", "")) > _LONGEST_USER:
        raise _wrong("user", f"is longer than the {_LONGEST_USER} characters that SNMPv3 allows")


def _levels(fields: Mapping[str, str]) -> dict[str, str]:
    """Protocols and passwords of the stages that SNMPv3 fields choose: of none (noAuthNoPriv), of
    authentication (authNoPriv), or of both (authPriv). Raises SnmpError, also if this machine
    cannot encrypt.

    >>> _levels({"auth_protocol": "SHA", "auth_password": "long words"})
    {'auth_protocol': 'sha', 'auth_password': 'long words'}
    >>> _levels({})
    {}
    """
    authentication = _protocol(fields, "auth", keys.PROTOCOLS, "sha")
    privacy = _protocol(fields, "priv", ciphers.PROTOCOLS, "aes")
    if privacy and not authentication:
        raise SnmpError(
            "snmp_params asks for privacy without authentication: give auth_protocol and"
            " auth_password too"
        )
    if privacy and importlib.util.find_spec("cryptography") is None:
        raise SnmpError(
            "snmp_params asks for SNMPv3 privacy, which needs the Python package cryptography: "
            "pip install cryptography"
        )
    return {**authentication, **privacy}


def _protocol(
    fields: Mapping[str, str], stage: str, names: Mapping[str, Any], default: str
) -> dict[str, str]:
    """Protocol and password of a stage, "auth" or "priv"; {} if the fields have none for it.
    `names`: the protocols that there are; `default`: that of a password without a protocol. Raises
    SnmpError for another protocol, and a password that is missing or too short.

    >>> fields = {"auth_protocol": "SHA-256", "auth_password": "long-words"}
    >>> _protocol(fields, "auth", keys.PROTOCOLS, "sha")
    {'auth_protocol': 'sha256', 'auth_password': 'long-words'}
    >>> _protocol({"auth_protocol": "none"}, "auth", keys.PROTOCOLS, "sha")
    {}
    """
    protocol_key, password_key = f"{stage}_protocol", f"{stage}_password"
    protocol = _alphanumeric(fields.get(protocol_key, ""))
    if protocol in ("none", "no") or (not protocol and password_key not in fields):
        return {}
    password = _require(fields, password_key)
    if len(password) < _SHORTEST_PASSWORD:
        raise _wrong(
            password_key,
            f"is shorter than the {_SHORTEST_PASSWORD} characters that SNMPv3 requires",
        )
    protocol = protocol or default
    _one_of(protocol, names, protocol_key)
    return {protocol_key: protocol, password_key: password}


def missing_cipher_error(protocol: str) -> SnmpError:
    """The error if the installed package cryptography lacks the cipher of a privacy protocol, such
    as aes.
    """
    return SnmpError(
        f"snmp_params asks for SNMPv3 privacy with {protocol}, for which the installed"
        " cryptography is too old: pip install --upgrade cryptography"
    )


def _resolve(host: str, port: int) -> tuple[str, bool]:
    """The first address of the host, and whether it is IPv6. An IPv6 host may be in brackets; its
    zone becomes a number. Raises SnmpError for a host without an address.

    >>> _resolve("192.0.2.7", 161), _resolve("[2001:db8::7]", 161)
    (('192.0.2.7', False), ('2001:db8::7', True))
    """
    name = host_name(host)
    if not name:
        raise SnmpError(f"no address for {host!r}: give a host name or an IP address")
    try:
        addresses = socket.getaddrinfo(name, port, type=socket.SOCK_DGRAM)
    except (OSError, ValueError) as error:
        raise SnmpError(f"no address for {host!r}: {error}") from None
    family, _, _, _, socket_address = addresses[0]
    address = str(socket_address[0])
    is_ipv6 = family == socket.AF_INET6
    if len(socket_address) > 3 and socket_address[3]:
        address += f"%{socket_address[3]}"
    return address, is_ipv6


def _wrong(field: str, fault: str) -> SnmpError:
    """The error for a field whose text is not allowed; `fault` is the end of its sentence:

    snmp_params timeout must be a number from 0.05 to 60
    """
    return SnmpError(f"snmp_params {field} {fault}", field, fault)


def _alphanumeric(text: str) -> str:
    """The letters and digits of a word, in lower case, as names of protocols are compared.

    >>> _alphanumeric("AES-128")
    'aes128'
    """
    return "".join(filter(str.isalnum, text.lower()))


def _require(fields: Mapping[str, str], key: str) -> str:
    """The text of the field `key`. Raises SnmpError if there is none."""
    if key not in fields:
        raise SnmpError(
            f"snmp_params has no {key}, which this SNMPv3 security level needs",
            key,
            "is missing: this SNMPv3 security level needs it",
        )
    return fields[key]


def _number(text: str, key: str, lowest: float, highest: float) -> float:
    """The number in the text of the field `key`. Raises SnmpError, which names the field, for other
    text and outside these bounds.

    >>> _number("2.5", "timeout", 0.1, 60)
    2.5
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not lowest <= number <= highest:
        raise _wrong(key, f"must be a number from {lowest:g} to {highest:g}")
    return number


def _whole_number(text: str, key: str, lowest: int, highest: int) -> int:
    """The whole number in the text of the field `key`. Raises SnmpError, which names the field, for
    other text and outside these bounds.

    >>> _whole_number("1161", "port", 1, 65535)
    1161
    """
    number = _number(text, key, lowest, highest)
    if not number.is_integer():
        raise _wrong(key, "must be a whole number")
    return int(number)


def _one_of(text: str, names: Mapping[str, Any], key: str) -> Any:
    """What a word in the field `key` stands for in `names`, by its letters and digits. Raises
    SnmpError for another word.

    >>> _one_of("V2C", _VERSIONS, "version")
    2
    """
    word = _alphanumeric(text)
    if word not in names:
        raise _wrong(key, f"must be one of {', '.join(names)}")
    return names[word]
