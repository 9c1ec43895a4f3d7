"""The TLS handshake, the error text if it fails, and the fingerprint of a refused certificate for
users to compare and pin.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import socket
import ssl
from typing import Callable, Optional

from .errors import NamedSetting, PduHandlerError, Reason
from .tls import Trust

_DEMANDED = (
    "the device demands a client certificate, which is not supported: let it accept clients without"
    " one"
)
# Alerts of a server that did not get a certificate: certificate_required (RFC 8446, 6.2), and
# others that it may send instead. It cannot mean another certificate, because none is sent.
_CERTIFICATE_ALERTS = (
    "ALERT_CERTIFICATE_REQUIRED",
    "ALERT_NO_CERTIFICATE",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_CERTIFICATE_UNKNOWN",
)
_ENDED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
# what OpenSSL says of bytes that are no TLS
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)
# X509_V_ERR_... for dates, host name, IP address and key length: another ca_pem would rarely help
_NOT_OF_AUTHORITY = (9, 10, 62, 64, 66)
_OF_DATES = (9, 10)  # not yet valid, expired
_HERE = "(here: TLS 1.2 and 1.3, AES, keys from 2048 bits)"


class EndedHandshake(ssl.SSLError):
    """The device ended a handshake of TLS 1.2 after both sides had agreed on a cipher.

    If a client sends no certificate, a server may then answer with handshake_failure (RFC 5246,
    7.4.6). A reset may come before that alert.

        > ClientHello, ... Finished
        < Finished              the cipher is agreed on
        < handshake_failure     or the connection ends
    """


def wrap_with_tls(context: ssl.SSLContext, plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The TLS socket over the connected socket `plain`, after the handshake within the time-out of
    `plain`. If it fails, closes the socket. Raises OSError and ValueError; EndedHandshake if the
    device ended the handshake after both sides had agreed on a cipher.

        > ClientHello with the server name pdu-7.example.net
        < ServerHello, Certificate, Finished
    """
    # without the zone: RFC 6874, 4
    name = host.partition("%")[0]
    tls_socket = context.wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
    try:
        tls_socket.do_handshake()
    except BaseException as error:
        cipher = tls_socket.cipher()
        tls_socket.close()
        is_ended = isinstance(error, _ENDED) or "ALERT_HANDSHAKE_FAILURE" in _error_name(error)
        # over TLS 1.3 the server judges the client's certificate after the client's handshake
        if is_ended and cipher is not None and cipher[1] != "TLSv1.3":
            reason = _error_name(error) or "the device closed the connection"
            raise EndedHandshake(1, reason) from None
        raise
    return tls_socket


def demands_certificate(error: BaseException) -> bool:
    """Whether a device wants a client certificate. It is shown by an alert about a certificate,
    such as CERTIFICATE_REQUIRED or BAD_CERTIFICATE, since none was sent, and by EndedHandshake.

    >>> error = ssl.SSLError()
    >>> error.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    >>> demands_certificate(error)
    True
    >>> demands_certificate(EndedHandshake(1, "SSLV3_ALERT_HANDSHAKE_FAILURE"))
    True
    >>> demands_certificate(ConnectionResetError())
    False
    """
    name = _error_name(error)
    return isinstance(error, EndedHandshake) or any(alert in name for alert in _CERTIFICATE_ALERTS)


def is_not_tls(error: BaseException) -> bool:
    """Whether something else than TLS answered, by OpenSSL's name of the error, such as
    WRONG_VERSION_NUMBER. The end of a connection proves nothing: False.

    >>> error = ssl.SSLError()
    >>> error.reason = "WRONG_VERSION_NUMBER"
    >>> is_not_tls(error), is_not_tls(ConnectionResetError())
    (True, False)
    """
    return _error_name(error) in _NOT_TLS


def _error_name(error: BaseException) -> str:
    """OpenSSL's name of an error, such as SSLV3_ALERT_HANDSHAKE_FAILURE; "" for other errors."""
    if not isinstance(error, ssl.SSLError):
        return ""
    return str(getattr(error, "reason", None) or "")


def fetch_fingerprint(dial: Callable[[], socket.socket], host: str) -> str:
    """The SHA-256 fingerprint, in hex, of the certificate that the device shows now; "" if none can
    be read. The caller shows it in the error for a certificate that is not trusted.

    `dial` opens a second connection that is ready for the handshake: Python 3.9 does not return a
    certificate that it refused. Nothing is sent after the handshake.

        > ClientHello
        < Certificate           its SHA-256, "4f2a..."; then the connection is closed
    """
    # without the zone: RFC 6874, 4
    name = host.partition("%")[0]
    certificate: Optional[bytes] = None
    with contextlib.suppress(OSError, ValueError, PduHandlerError), dial() as plain:
        context = Trust(verify=False).context()
        with context.wrap_socket(plain, server_hostname=name) as tls_socket:
            certificate = tls_socket.getpeercert(binary_form=True)
    return hashlib.sha256(certificate).hexdigest() if certificate else ""


def handshake_error(error: ssl.SSLError, fingerprint: str = "") -> Reason:
    """Why the handshake failed and what to do about it, as the parts of one sentence: texts and
    NamedSetting, which each caller spells in its own way. `fingerprint`: that of the certificate,
    "" if not known.

    >>> error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    >>> error.verify_message, error.verify_code = "self-signed certificate", 18
    >>> "".join(map(str, handshake_error(error)))[:64]
    "the device's certificate is not trusted (self-signed certificate"
    """
    if not isinstance(error, ssl.SSLCertVerificationError):
        return handshake_failure_reason(error)
    details = error.verify_message
    if fingerprint:
        details += (
            f"; its SHA-256 is {fingerprint}: compare it with the certificate on the device itself"
            " before you pin it"
        )
    if error.verify_code in _OF_DATES:
        now = datetime.datetime.now(datetime.timezone.utc)
        details += f"; the clock of this host shows {now:%Y-%m-%d %H:%M} UTC"
    authority = () if error.verify_code in _NOT_OF_AUTHORITY else (NamedSetting("ca_pem"), " or ")
    return (
        f"the device's certificate is not trusted ({details}): set ",
        *authority,
        NamedSetting("fingerprint"),
        ", or ",
        NamedSetting("verify", "no"),
        " to accept any certificate",
    )


def handshake_failure_reason(error: ssl.SSLError) -> str:
    """Why the handshake failed, if not because of the device's certificate, and what to do.

    >>> handshake_failure_reason(EndedHandshake(1, "the device closed the connection"))[:82]
    'the device ended the TLS handshake late (the device closed the connection). It pro'
    """
    if isinstance(error, EndedHandshake):
        return (
            f"the device ended the TLS handshake late ({error.args[1]}). It probably demands a"
            " client certificate, which is not supported: let it accept clients without one"
        )
    if demands_certificate(error):
        return _DEMANDED
    if isinstance(error, _ENDED):
        return ended_reason()
    code = _error_name(error) or error
    if is_not_tls(error):
        return f"the TLS handshake failed ({code}): check that the device speaks TLS on this port"
    return (
        f"the TLS handshake failed ({code}): the device and this host have no cipher or no version"
        f" of TLS in common {_HERE}: look for newer firmware of the device, and at its TLS settings"
    )


def ended_reason() -> str:
    """The sentence for a device that ends the connection in the handshake, without an alert.

    >>> ended_reason().partition(",")[0]
    'the device ends the TLS handshake'
    """
    return (
        "the device ends the TLS handshake, and does not say why: it may demand a client"
        " certificate, which is not supported, have no cipher or version of TLS in common with this"
        f" host {_HERE}, or speak no TLS on this port"
    )
