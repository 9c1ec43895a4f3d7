from __future__ import annotations

import contextlib
import datetime
import hashlib
import importlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handlers.registry import HANDLERS
from handlers.shared import tls, tls_handshake
from handlers.shared.errors import PduHandlerError, SettingsError, Unreachable
from pdu_common.connection import PduData
from tests.waiting import PATIENCE_S

AUTHORITY = trustme.CA()
LEAF = AUTHORITY.issue_cert("127.0.0.1")


@pytest.fixture
def port() -> Iterator[int]:
    with tls_server(LEAF) as number:
        yield number


@contextlib.contextmanager
def tls_server(leaf: trustme.LeafCert) -> Iterator[int]:
    """The port of a TLS server that closes each connection after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    leaf.configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                context.wrap_socket(connection, server_side=True).close()
            except (ssl.SSLError, OSError):
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def handshake(context: ssl.SSLContext, port: int, host: str = "127.0.0.1") -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain:
        with context.wrap_socket(plain, server_hostname=host) as wrap_with_tls:
            return wrap_with_tls.getpeercert(True) or b""


def authority() -> str:
    return AUTHORITY.cert_pem.bytes().decode()


def test_an_unknown_authority_is_refused_and_the_remedies_are_named(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as error_info:
        handshake(tls.Trust(True, "", "").context(), port)
    sentence = Unreachable(tls_handshake.handshake_error(error_info.value)).reason
    assert all(word in sentence for word in ("ca_pem", "fingerprint", "verify=no"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_a_certificate_for_another_host_is_refused_without_the_advice_to_set_ca_pem(
    port: int, host: str
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as error_info:
        handshake(tls.Trust(True, authority(), "").context(), port, host)
    assert_blamed_on_the_certificate(error_info.value, "mismatch")


def test_an_expired_certificate_is_refused_without_the_advice_to_set_ca_pem() -> None:
    ended = AUTHORITY.issue_cert(
        "127.0.0.1",
        not_after=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),
        not_before=datetime.datetime(2019, 1, 1, tzinfo=datetime.timezone.utc),
    )
    with tls_server(ended) as port, pytest.raises(ssl.SSLCertVerificationError) as error_info:
        handshake(tls.Trust(True, authority(), "").context(), port)
    assert_blamed_on_the_certificate(error_info.value, "expired")


@pytest.mark.parametrize("code", [9, 66], ids=["not yet valid", "its key is too short"])
def test_a_certificate_that_no_authority_helps_is_refused_without_the_advice_to_set_ca_pem(
    code: int,
) -> None:
    error = ssl.SSLCertVerificationError(1, "words")
    error.verify_code = code
    error.verify_message = "the words of OpenSSL"
    assert_blamed_on_the_certificate(error, "the words of OpenSSL")


def assert_blamed_on_the_certificate(error: ssl.SSLCertVerificationError, words: str) -> None:
    sentence = Unreachable(tls_handshake.handshake_error(error)).reason
    assert words in sentence
    assert "set 'fingerprint', or verify=no" in sentence
    assert "ca_pem" not in sentence


def test_the_shown_fingerprint_is_the_hash_of_the_devices_certificate_and_empty_without_one(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dial() -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), PATIENCE_S)

    certificate = handshake(tls.Trust(True, authority(), "").context(), port)
    expected = hashlib.sha256(certificate).hexdigest()
    assert tls_handshake.fetch_fingerprint(dial, "127.0.0.1") == expected

    monkeypatch.setattr(ssl.SSLSocket, "getpeercert", lambda *_, **__: None)
    assert tls_handshake.fetch_fingerprint(dial, "127.0.0.1") == ""


def test_the_error_for_an_answer_without_tls_says_to_check_the_port() -> None:
    client, other = socket.socketpair()
    with client, other:
        other.sendall(b"SSH-2.0-OpenSSH_9.6\r\n" * 10)
        with pytest.raises(ssl.SSLError) as error_info:
            tls.Trust(True, "", "").context().wrap_socket(client, server_hostname="127.0.0.1")
    assert "check that the device speaks TLS on this port" in tls_handshake.handshake_error(
        error_info.value
    )


def test_an_authority_in_ca_pem_is_trusted(port: int) -> None:
    assert handshake(tls.Trust(True, authority(), "").context(), port)


def test_a_devices_own_certificate_is_trusted_as_ca_pem(port: int) -> None:
    leaf = LEAF.cert_chain_pems[0].bytes().decode()
    assert handshake(tls.Trust(True, leaf, "").context(), port)


def plain_authority() -> tuple[bytes, trustme.LeafCert]:
    """An authority without a key usage, as `openssl req -x509` of OpenSSL 3.0 makes it, and a
    certificate of 127.0.0.1 that it issued; in PEM."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("ours", "a PDU")
    ]
    now = datetime.datetime.now(datetime.timezone.utc)
    certificates: list[bytes] = []
    for name, key, extension in (
        (names[0], keys[0], x509.BasicConstraints(True, None)),
        (
            names[1],
            keys[1],
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
        ),
    ):
        builder = x509.CertificateBuilder(names[0], name, key.public_key(), 1 + len(certificates))
        builder = builder.not_valid_before(now - datetime.timedelta(1))
        builder = builder.not_valid_after(now + datetime.timedelta(9))
        builder = builder.add_extension(extension, True)
        certificate = builder.sign(keys[0], hashes.SHA256())
        certificates.append(certificate.public_bytes(serialization.Encoding.PEM))
    key_pem = keys[1].private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificates[0], trustme.LeafCert(key_pem, certificates[1], [])


@pytest.mark.parametrize("is_plain", [True, False], ids=["no key usage", "with key usage"])
@pytest.mark.parametrize("place", ["ca_pem", "system"])
@pytest.mark.parametrize("is_strict", [True, False], ids=["Python 3.13", "Python 3.12"])
def test_an_authority_is_trusted_alike_on_every_python_wherever_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_plain: bool, place: str, is_strict: bool
) -> None:
    """From Python 3.13 on, `create_default_context` sets VERIFY_X509_STRICT."""
    pem, leaf = plain_authority() if is_plain else (AUTHORITY.cert_pem.bytes(), LEAF)
    file = tmp_path / "ca.pem"
    file.write_bytes(pem)
    create_default_context = ssl.create_default_context

    def create(**options: Any) -> ssl.SSLContext:
        context = create_default_context(**options)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_STRICT * is_strict
        return context

    monkeypatch.setattr(ssl, "create_default_context", create)
    if "system" in place:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    contexts: dict[str, Callable[[], ssl.SSLContext]] = {
        "ca_pem": tls.Trust(True, pem.decode(), "").context,
        "system": tls.Trust(True, "", "").context,
    }
    with tls_server(leaf) as port:
        assert handshake(contexts[place](), port)


def test_with_ca_pem_the_systems_authorities_are_not_trusted(
    port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system_file = tmp_path / "system.pem"
    system_file.write_text(authority())
    monkeypatch.setenv("SSL_CERT_FILE", str(system_file))
    system_alone = tls.Trust(verify=True, ca_pem="", fingerprint="")
    other_authority = trustme.CA().cert_pem.bytes().decode()
    with_ca_pem = tls.Trust(verify=True, ca_pem=other_authority, fingerprint="")

    assert handshake(system_alone.context(), port)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(with_ca_pem.context(), port)


def test_verify_no_accepts_any_certificate(port: int) -> None:
    assert handshake(tls.Trust(False, "", "").context(), port)


def pin_of(port: int) -> tuple[bytes, str]:
    """The certificate of the server at this port, and its SHA-256 fingerprint."""
    # with a pin, the handshake takes any certificate, and `check` compares it
    certificate = handshake(tls.Trust(fingerprint="ab" * 32).context(), port)
    return certificate, hashlib.sha256(certificate).hexdigest()


def test_a_pin_accepts_its_certificate(port: int) -> None:
    certificate, pin = pin_of(port)
    as_openssl_prints_it = ":".join(pin[i : i + 2].upper() for i in range(0, 64, 2))
    tls.Trust(fingerprint=pin).check(certificate)
    tls.Trust(fingerprint=as_openssl_prints_it).check(certificate)


def test_a_pin_accepts_no_other_certificate(port: int) -> None:
    certificate, pin = pin_of(port)
    other_pins = ["ab" * 32, pin[:-1], pin[1:]]
    for at, digit in enumerate(pin):
        other_digit = "1" if digit == "0" else "0"
        other_pins.append(pin[:at] + other_digit + pin[at + 1 :])

    for other in other_pins:
        for verify in (True, False):
            with pytest.raises(Unreachable, match="another certificate"):
                tls.Trust(verify=verify, fingerprint=other).check(certificate)


def test_a_pin_does_not_accept_a_connection_without_a_certificate() -> None:
    with pytest.raises(Unreachable):
        tls.Trust(fingerprint="ab" * 32).check(None)


@pytest.mark.parametrize(
    "broken",
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate", "\u00fc"],
)
def test_a_damaged_ca_pem_is_an_error_that_names_it(broken: str) -> None:
    with pytest.raises(SettingsError, match="ca_pem"):
        tls.Trust(True, broken, "").context()


def test_contexts_are_kept_only_where_a_tool_says_so_and_only_for_the_same_check(
    port: int,
) -> None:
    trust = tls.Trust(verify=True, ca_pem=authority())
    equal_trust = tls.Trust(verify=True, ca_pem=authority())
    assert trust.context() is not trust.context()

    with tls.cached_contexts():
        context = trust.context()
        assert equal_trust.context() is context
        assert handshake(context, port)
        assert handshake(context, port)
        # the kept context is no other trust's, and checks the name of each server
        without_authority = tls.Trust(verify=True)
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(without_authority.context(), port)
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(trust.context(), port, "localhost")
        # an error is not kept
        for _ in range(2):
            with pytest.raises(SettingsError, match="ca_pem"):
                tls.Trust(verify=True, ca_pem="broken").context()

    assert trust.context() is not context


@pytest.mark.parametrize("name", ["raritan", "redfish", "netio", "nut"])
def test_an_authority_that_no_check_would_use_is_refused(name: str) -> None:
    settings = {"verify": "no", "ca_pem": AUTHORITY.cert_pem.bytes().decode()}
    if name == "nut":
        settings.update(device="pdu", tls="yes")
    else:
        settings.update(username="admin", password="word")
    make_handler = importlib.import_module(f"handlers.{name}.handler").make_handler
    handler = make_handler(PduData("127.0.0.1", settings))
    with pytest.raises(SettingsError, match="verify=no.*'ca_pem'"):
        handler.status()


@pytest.mark.parametrize("code", [9, 10], ids=["not yet valid", "expired"])
def test_a_certificate_of_another_time_names_the_clock_of_this_host(code: int) -> None:
    error = ssl.SSLCertVerificationError(1, "words")
    error.verify_code = code
    error.verify_message = "words"
    today = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m}"
    words = f"the clock of this host shows {today}"
    assert words in Unreachable(tls_handshake.handshake_error(error)).reason


@pytest.mark.parametrize("name", ["netio", "raritan", "redfish", "nut"])
def test_a_device_that_ends_the_handshake_is_not_said_to_lack_a_cipher(name: str) -> None:
    def end(connection: socket.socket) -> None:
        with connection:
            if name == "nut":
                connection.recv(100)
                connection.sendall(b"OK STARTTLS\n")
            connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    end(listener.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        place = {"port": str(listener.getsockname()[1]), "verify": "no"}
        settings = {"username": "admin", "password": "word"}
        if name == "nut":
            settings = {"device": "pdu", "tls": "yes"}
        handler = importlib.import_module(f"handlers.{name}.handler").make_handler(
            PduData("127.0.0.1", {**place, **settings})
        )
        with pytest.raises(PduHandlerError, match="ends the TLS handshake, .*client certificate"):
            handler.status()
        # wakes the server
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("key", ["ca_pem", "fingerprint"])
def test_a_certificate_to_trust_is_refused_without_tls(name: str, key: str) -> None:
    """Else a pin would be thought to protect a login that is sent in plain text."""
    handler = importlib.import_module(f"handlers.{name}.handler")
    settings = {setting.key for setting in getattr(handler, "SETTINGS", ())}
    if key not in settings:
        assert name == "snmp"
        return
    plain_text = {"tls": "no"} if "tls" in settings else {"scheme": "http"}
    value = authority() if key == "ca_pem" else "ab" * 32
    login = {"username": "operator", "password": "secret-word"}
    values = {key: value, **plain_text, **login, "port": "1"}
    pdu = handler.make_handler(PduData("127.0.0.1", values))
    with pytest.raises(SettingsError, match="are for TLS only") as error_info:
        pdu.status()
    assert key in error_info.value.keys
