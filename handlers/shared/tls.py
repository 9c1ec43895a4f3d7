"""The check of a device's TLS certificate: its settings, and the SSL contexts made from them."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import ssl
from collections.abc import Iterator
from typing import NamedTuple, Optional

from .errors import NamedSetting, SettingsError, Unreachable
from .settings import Setting, Settings, yes_no

# limit in characters; bundles of public authorities have some 220,000 to 300,000
LONGEST_PEM = 500_000
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
# X509_V_FLAG_PARTIAL_CHAIN; ssl has a name for it only from Python 3.10 on
_PARTIAL_CHAIN = 0x80000
# Those of Python 3.9. Later Pythons leave out RSA key exchange and CBC with SHA-1, without which
# some units cannot be reached (Server Technology's JAWS). Level 2: keys of 112 bits of strength.
_CIPHERS = "DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:!PSK:@SECLEVEL=2"
_MOST_KEPT = 16  # contexts; each may hold a bundle of authorities


def fingerprint(text: str) -> str:
    """A SHA-256 fingerprint in lowercase hex.

    Accepts colons, blanks, `sha256:` and openssl's prefix. Raises ValueError.

    >>> fingerprint("SHA256 Fingerprint=" + "4F:2A:" * 15 + "90:1B")[:8]
    '4f2a4f2a'
    >>> fingerprint("4F:2A")
    Traceback (most recent call last):
    ValueError: 4F:2A
    """
    digits = re.sub(r"^sha-?256( fingerprint)?[:=]|[: ]", "", text.strip().lower())
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise ValueError(text)
    return digits


def read_pem(text: str) -> str:
    """PEM certificates with their line ends; `text` may have blanks, `\\n`, `\\r\\n` or nothing
    instead. Raises ValueError.

    >>> read_pem("-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----").splitlines()
    ['-----BEGIN CERTIFICATE-----', 'MIIB', '-----END CERTIFICATE-----']
    """
    with_breaks = text.replace("\\r", "").replace("\\n", "\n")
    _, *blocks = with_breaks.split(_BEGIN)
    if not blocks:
        raise ValueError("no certificate")
    return "".join(map(_certificate, blocks))


def _certificate(block: str) -> str:
    """A PEM certificate with its line ends, from the text that follows its BEGIN line. Raises
    ValueError.

    >>> _certificate(" MIIB -----END CERTIFICATE-----").splitlines()[1]
    'MIIB'
    >>> _certificate(" MIIB ")
    Traceback (most recent call last):
    ValueError: not base64, or without an end
    """
    body, end, _ = block.partition(_END)
    base64 = re.sub(r"\s+", "", body)
    if not end or not re.fullmatch("[A-Za-z0-9+/]+={0,2}", base64):
        raise ValueError("not base64, or without an end")
    lines = [_BEGIN]
    for start in range(0, len(base64), 64):
        lines.append(base64[start : start + 64])
    lines += [_END, ""]
    return "\n".join(lines)


VERIFY: Setting[bool] = Setting(
    "verify",
    "yes or no",
    yes_no,
    True,
    "no: accept any certificate (others on the network can then listen)",
)
CA_PEM: Setting[str] = Setting(
    "ca_pem",
    "the text of PEM certificates, not a file's name: paste the file, with or without its line"
    " ends",
    read_pem,
    "",
    "trust these authorities, and no others",
    longest=LONGEST_PEM,
)
FINGERPRINT: Setting[str] = Setting(
    "fingerprint",
    "a SHA-256 fingerprint (64 hex digits)",
    fingerprint,
    "",
    "trust exactly this certificate, whoever signed it",
)


class Trust(NamedTuple):
    """How a device's certificate is checked: against the system's authorities, against `ca_pem`
    alone, pinned, or not at all.

    >>> import hashlib
    >>> pinned = Trust(fingerprint=hashlib.sha256(b"certificate").hexdigest())
    >>> pinned.check(b"certificate")
    >>> Trust(verify=False).context().verify_mode.name
    'CERT_NONE'
    """

    #: False: any certificate will do, unless one is pinned
    verify: bool = True
    #: the only authorities to trust, or the device's own certificate; "": the system's authorities
    ca_pem: str = ""
    #: SHA-256 in hex of the only certificate to trust, whatever the other fields are; "": not
    #: pinned
    fingerprint: str = ""

    @classmethod
    def from_settings(
        cls, settings: Settings, *, over_tls: bool, tls_setting: NamedSetting
    ) -> Trust:
        """The trust that the settings `verify`, `ca_pem` and `fingerprint` ask for.

        Raises SettingsError for `ca_pem` or `fingerprint` without TLS (`tls_setting` turns it on),
        and for `ca_pem` with `verify=no`, which would not use it.

        >>> settings = Settings({"verify": "no"}, [VERIFY, CA_PEM, FINGERPRINT])
        >>> https = NamedSetting("scheme", "https")
        >>> Trust.from_settings(settings, over_tls=True, tls_setting=https)
        Trust(verify=False, ca_pem='', fingerprint='')
        """
        has_trust_anchor = bool(settings[CA_PEM] or settings[FINGERPRINT])
        if has_trust_anchor and not over_tls:
            raise SettingsError(
                (
                    NamedSetting("ca_pem", noun="the handler settings "),
                    " and ",
                    NamedSetting("fingerprint"),
                    " are for TLS only: also set ",
                    tls_setting,
                )
            )
        if settings[CA_PEM] and not settings[VERIFY]:
            raise SettingsError(
                (
                    NamedSetting("verify", "no", "the handler setting "),
                    " accepts any certificate, so ",
                    NamedSetting("ca_pem"),
                    " would not be used: leave out one of the two",
                )
            )
        return cls(
            verify=settings[VERIFY], ca_pem=settings[CA_PEM], fingerprint=settings[FINGERPRINT]
        )

    def context(self) -> ssl.SSLContext:
        """A client context for TLS 1.2 or newer, with the same ciphers on every Python. A new one
        unless the call is inside `cached_contexts`. With a fingerprint, call `check` after the
        handshake, before sending anything.

        Raises SettingsError if the PEM cannot be loaded.

        >>> Trust().context().minimum_version.name
        'TLSv1_2'
        """
        return _context_of(self)

    def check(self, certificate: Optional[bytes]) -> None:
        """Raises Unreachable if a fingerprint is set and the peer's DER `certificate` has another
        one or is None.

        >>> Trust().check(None)
        >>> Trust(fingerprint="4f" * 32).check(b"another")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        handlers.shared.errors.Unreachable: the device shows another certificate (SHA-256 ...
        """
        if not self.fingerprint:
            return
        fingerprint = hashlib.sha256(certificate).hexdigest() if certificate else ""
        if certificate and fingerprint == self.fingerprint.replace(":", "").lower():
            return
        error = Unreachable(
            (
                f"the device shows another certificate (SHA-256 {fingerprint or 'none'}), not the"
                " one in ",
                NamedSetting("fingerprint", noun="the setting "),
                "; find out why before you change the setting",
            )
        )
        error.fingerprint = fingerprint
        raise error


def _new_context(trust: Trust) -> ssl.SSLContext:
    """A context for TLS 1.2 or newer, which checks certificates as `trust` says. With a fingerprint
    it checks nothing: `Trust.check` does, after the handshake. Raises SettingsError for
    certificates, of `ca_pem`, that cannot be read.

    >>> _new_context(Trust()).verify_mode.name, _new_context(Trust(verify=False)).verify_mode.name
    ('CERT_REQUIRED', 'CERT_NONE')
    """
    if trust.fingerprint or not trust.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        try:
            context = ssl.create_default_context(cadata=trust.ca_pem or None)
        except (ssl.SSLError, ValueError, TypeError) as error:  # TypeError: not ASCII
            fault = f": the certificates cannot be read ({error})"
            raise SettingsError((NamedSetting("ca_pem", noun="handler setting "), fault)) from None
        # 3.13 sets it, and refuses authorities that older Pythons and curl take: those that
        # `openssl req -x509` makes without a key usage
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if trust.ca_pem:
            context.verify_flags |= _PARTIAL_CHAIN
    # Python 3.9 sets no minimum; RFC 8996 deprecates older versions
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    return context


_context_of = _new_context


@contextlib.contextmanager
def cached_contexts() -> Iterator[None]:
    """Inside the block, this process uses the same context for devices that are checked alike. For
    tools that read each of many devices once: the system's authorities take 33 ms to read.

    A process that runs on must not: it would not notice that the authorities have changed.

    >>> with cached_contexts():
    ...     Trust().context() is Trust().context()
    True
    >>> Trust().context() is Trust().context()
    False
    """
    global _context_of
    previous = _context_of
    _context_of = functools.lru_cache(maxsize=_MOST_KEPT)(_new_context)
    try:
        yield
    finally:
        _context_of = previous
