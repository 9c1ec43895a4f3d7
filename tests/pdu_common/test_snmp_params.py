"""What `snmp_params` of a form give, and their errors: params.txt.

    NAME=TEXT                    a parameter, or the `host`, 127.0.0.1 without it; 7{100} for a
                                 hundred 7
    oid TEXT, write VALUE        asks what is read as an OID, and what is written for a Python value

On the right stand the agent's name, the version, the time of a try and of all, and the login, in
which a password is shown as the number of its characters; or the error, and for tools the parameter
and its fault, if that is another text.
`python -m tests.tables tests.pdu_common.test_snmp_params` writes right sides.
"""

from __future__ import annotations

import ast
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu, SnmpError
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.snmp_client.credentials import Credentials
from pdu_common.snmp_client.reads import dotted, parse_oid, typed_value
from tests.simulators.snmp_agent import Agent
from tests.tables import Case, Table, folded, unfolded

TABLE = Table(Path(__file__).with_name("params.txt"), operator="=")
_LOGIN = (
    *("community", "user", "auth_protocol", "auth_password", "priv_protocol", "priv_password"),
)


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    word, _, rest = case.left.partition(" ")
    params: dict[str, str] = {}
    for change in case.left.split(TABLE.separator):
        key, _, text = change.partition("=")
        params[key] = unfolded(text).replace("\\t", "\t").replace("\\r", "\r")
    try:
        if word == "oid":
            return dotted(parse_oid(unfolded(rest)))
        if word == "write":
            return folded(repr(typed_value(ast.literal_eval(unfolded(rest)))))
        return _agent(Credentials.from_params(params.pop("host", "127.0.0.1"), params))
    except SnmpError as error:
        secrets = [word for word in ("s3cret", "long-enough") if word in str(error)]
        fault = "" if str(error).endswith(error.fault) else f": {error.fault}"
        tools = f" [{error.field}{fault}]" if error.field or error.fault else ""
        return folded(f"error: {error}{tools}") + "".join(f" SHOWS {word}" for word in secrets)


def _agent(agent: Credentials) -> str:
    """What is known of an agent."""
    login: list[str] = []
    for key in _LOGIN:
        text = getattr(agent, key)
        if text:
            is_password = key.endswith("password")
            login.append(f"{key}={len(text) if is_password else folded(text)}")
    address = "" if agent.address in agent.name else f" at {agent.address}"
    times = f"{agent.retries + 1} x {agent.timeout_s:g} s, at most {agent.longest_s:g} s"
    return f"{agent.name}{address} v{agent.version} {times}: {' '.join(login)}"


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_parameters_give_what_the_lines_say(case: Case) -> None:
    case.check(shown(case))


def test_privacy_without_the_package_cryptography_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    passwords = {"auth_password": "long-enough", "priv_password": "long-enough"}
    with pytest.raises(SnmpError, match="pip install cryptography"):
        Credentials.from_params("127.0.0.1", {"version": "3", "user": "u", **passwords})


def test_only_an_ipv6_address_is_shown_in_brackets() -> None:
    # a name may resolve to an IPv6 address
    assert Credentials("pdu.example", "::1", 161, True, 2).name == "pdu.example:161"


def test_a_name_is_resolved_once_in_a_session(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def resolved(*args: Any, **options: Any) -> Any:
        asked.append(args[0])
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", agent.port))]

    monkeypatch.setattr("socket.getaddrinfo", resolved)
    params = {"community": "public", "port": str(agent.port)}
    pdu = BaseSnmpPdu(PduSnmpData("pdu.example", params))
    for session in (1, 2):
        pdu.begin_snmp_session()
        for _ in range(3):
            assert pdu.snmp_get("1.3.6.1.2.1.1.5.0").value == "rpdu2"
        assert len(asked) == session


def test_a_link_local_address_keeps_its_zone() -> None:
    zone = socket.if_nameindex()[0]
    for host in (f"fe80::1%{zone[1]}", f"[fe80::1%{zone[0]}]"):
        assert Credentials.from_params(host, {"community": "x"}).address == f"fe80::1%{zone[0]}"


@pytest.mark.parametrize("oid", ["", "1.3.6.x", [1, 3, 6]])
def test_what_is_not_an_oid_is_refused(oid: Any) -> None:
    # a handler of somebody else may pass anything
    with pytest.raises(SnmpError, match="is not an OID"):
        BaseSnmpPdu(PduSnmpData("127.0.0.1", {"community": "x"})).snmp_walk(oid)


def test_the_repr_of_connection_data_shows_no_secret() -> None:
    assert "topsecret" not in repr(
        PduSnmpData("10.0.0.1", {"community": "topsecret"}, {"password": "topsecret"})
    )
    assert "topsecret" not in repr(PduData("10.0.0.1", {"password": "topsecret"}))
