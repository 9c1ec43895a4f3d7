"""Certificates: verified by default, verified against a CA, pinned, or not verified."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from handlers.raritan.rpc import Agent, HttpException, pdumodel
from handlers.shared.errors import SettingsError, Unreachable
from handlers.shared.tls import Trust
from tests.simulators.certificates import Authority
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


def test_an_untrusted_certificate_is_refused_with_a_remedy(agent: MakeAgent, pdu: XerusPdu) -> None:
    before = pdu.books().requests
    with pytest.raises(HttpException, match="not trusted .*'ca_pem' or 'fingerprint'") as caught:
        _count(_agent(agent, pdu, Trust()))
    assert isinstance(caught.value, Unreachable) and pdu.books().requests == before
    assert f"SHA-256 is {pdu.fingerprint}" in str(caught.value)


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
    with pytest.raises(HttpException, match="refused the login") as caught:
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
        "begins or ends with white space" in str(caught.value)
    ) is hinted and password.strip() not in str(caught.value)


def test_a_certificate_signed_by_the_configured_ca_is_trusted(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    assert _count(_agent(agent, pdu, Trust(ca_pem=pdu.ca_pem))) == 2


def test_a_certificate_signed_by_another_ca_is_refused(agent: MakeAgent, pdu: XerusPdu) -> None:
    with pytest.raises(Unreachable, match="not trusted"):
        _count(_agent(agent, pdu, Trust(ca_pem=Authority().ca_pem)))


def test_a_pinned_certificate_is_trusted_whoever_signed_it(agent: MakeAgent, pdu: XerusPdu) -> None:
    assert _count(_agent(agent, pdu, Trust(fingerprint=pdu.fingerprint))) == 2


def test_with_another_fingerprint_no_request_is_sent(agent: MakeAgent, pdu: XerusPdu) -> None:
    before = pdu.books().requests
    with pytest.raises(HttpException, match="another certificate") as caught:
        _count(_agent(agent, pdu, Trust(fingerprint="00" * 32)))
    assert isinstance(caught.value, Unreachable) and pdu.books().requests == before


def test_a_fingerprint_is_checked_even_if_verification_is_off(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    with pytest.raises(Unreachable, match="another certificate"):
        _count(_agent(agent, pdu, Trust(verify=False, fingerprint="00" * 32)))


def test_verification_can_be_turned_off_without_a_warning(agent: MakeAgent, pdu: XerusPdu) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _count(_agent(agent, pdu, Trust(verify=False))) == 2


def test_the_documented_argument_turns_verification_off(pdu: XerusPdu) -> None:
    with Agent(
        "https",
        f"{pdu.host}:{pdu.port}",
        pdu.user,
        pdu.password,
        disable_certificate_verification=True,
    ) as one:
        assert _count(one) == 2


def test_an_unreadable_ca_is_a_settings_error(agent: MakeAgent, pdu: XerusPdu) -> None:
    with pytest.raises(SettingsError, match="'ca_pem'.*cannot be read"):
        _count(
            _agent(
                agent,
                pdu,
                Trust(ca_pem="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            )
        )


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


def test_http_is_redirected_to_https_with_login_and_body(agent: MakeAgent, pdu: XerusPdu) -> None:
    one = agent(
        "http",
        f"{pdu.host}:{pdu.http_port}",
        pdu.user,
        pdu.password,
        trust=Trust(ca_pem=pdu.ca_pem),
    )
    assert _count(one) == 2
    assert one.url == pdu.url


def test_a_pinned_client_refuses_a_new_certificate_of_the_same_device(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    one = _agent(agent, pdu, Trust(fingerprint=pdu.fingerprint))
    assert _count(one) == 2
    pinned = pdu.fingerprint
    pdu.install(*pdu.authority.issue())
    pdu.close_connections()
    assert pdu.fingerprint != pinned
    with pytest.raises(Unreachable, match="another certificate"):
        _count(one)
