"""No handler accepts TLS 1.0 or 1.1, even where Python and OpenSSL would: the handshakes are in
tests/faults.

Python 3.9 sets no minimum version for a context, and OpenSSL before 3 accepts both versions unless
it was configured otherwise. The fixture `lenient` imitates these defaults.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from handlers.shared import tls

CA_PEM = trustme.CA().cert_pem.bytes().decode("ascii")


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """New contexts start without a minimum version and with OpenSSL's security level 0."""
    new_context = ssl.SSLContext.__new__

    def new(cls: Any, *arguments: Any, **options: Any) -> ssl.SSLContext:
        context: ssl.SSLContext = new_context(cls, *arguments, **options)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        monkeypatch.setattr(ssl.SSLContext, "__new__", new)
        yield


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize(
    "trust", [(True, "", ""), (True, CA_PEM, ""), (False, "", ""), (True, "", "ab" * 32)]
)
def test_every_kind_of_trust_has_the_same_minimum_version(trust: tuple[bool, str, str]) -> None:
    assert tls.Trust(*trust).context().minimum_version is ssl.TLSVersion.TLSv1_2
