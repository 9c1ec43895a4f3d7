"""Certificates: verified by default, verified against a CA, pinned, or not verified."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.raritan.rpc import Agent, HttpException, pdumodel
from handlers.shared.errors import Unreachable
from handlers.shared.tls import Trust
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent


@pytest.fixture(scope="module")
def pdu() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=2), http_port=0) as unit:
        yield unit


def _count(one: Agent) -> int:
    return len(pdumodel.Pdu("/model/pdu/0", one).getOutlets())


def _agent(agent: MakeAgent, pdu: XerusPdu, trust: Trust) -> Agent:
    return agent("https", f"{pdu.host}:{pdu.port}", pdu.user, pdu.password, trust=trust)


def test_the_error_of_an_untrusted_certificate_after_a_redirect_names_the_redirect(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    set_both = f".set scheme=https and port={pdu.port}."
    with pytest.raises(
        HttpException, match=f"redirects to {pdu.url} {set_both}, which failed: .*not trusted"
    ):
        _count(agent("http", f"{pdu.host}:{pdu.http_port}", pdu.user, pdu.password))


@pytest.mark.parametrize(
    "password, hinted",
    [(" xerus-own-words", True), ("xerus-own-words\u00a0", True), ("le grande", False)],
)
def test_a_space_at_either_end_of_a_refused_password_is_pointed_out(
    agent: MakeAgent, pdu: XerusPdu, password: str, hinted: bool
) -> None:
    with pytest.raises(HttpException, match="refused the login") as error_info:
        _count(
            agent(
                "https",
                f"{pdu.host}:{pdu.port}",
                pdu.user,
                password,
                trust=Trust(ca_pem=pdu.ca_pem),
            )
        )
    assert (
        "begins or ends with white space" in str(error_info.value)
    ) is hinted and password.strip() not in str(error_info.value)


def test_a_certificate_signed_by_the_configured_ca_is_trusted(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    assert _count(_agent(agent, pdu, Trust(ca_pem=pdu.ca_pem))) == 2


def test_with_another_fingerprint_no_request_is_sent(agent: MakeAgent, pdu: XerusPdu) -> None:
    before = pdu.books().requests
    with pytest.raises(HttpException, match="another certificate") as error_info:
        _count(_agent(agent, pdu, Trust(fingerprint="00" * 32)))
    assert isinstance(error_info.value, Unreachable) and pdu.books().requests == before


def test_a_fingerprint_is_checked_even_if_verification_is_off(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    with pytest.raises(Unreachable, match="another certificate"):
        _count(_agent(agent, pdu, Trust(verify=False, fingerprint="00" * 32)))


def test_the_documented_argument_turns_verification_off(pdu: XerusPdu) -> None:
    with Agent(
        "https",
        f"{pdu.host}:{pdu.port}",
        pdu.user,
        pdu.password,
        disable_certificate_verification=True,
    ) as agent:
        assert _count(agent) == 2


def test_tls_on_a_plain_http_port_is_an_error_with_a_hint(agent: MakeAgent, pdu: XerusPdu) -> None:
    hint = (
        "TLS handshake failed.* check that the device speaks TLS|closed before.* check that this is"
    )
    with pytest.raises(HttpException, match=hint):
        _count(
            agent(
                "https",
                f"{pdu.host}:{pdu.http_port}",
                pdu.user,
                pdu.password,
                trust=Trust(verify=False),
            )
        )
