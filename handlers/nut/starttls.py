"""TLS for a NUT session. A module of its own, so that a session in the clear never loads the ssl library."""
from __future__ import annotations

import socket
import ssl
from typing import NamedTuple

from ..errors import PduHandlerError, Unreachable
from ..tls import check_fingerprint, client_context, reason


class Tls(NamedTuple):
    """How the server's certificate is checked: as `tls.client_context` takes it."""

    verify: bool = True
    ca_pem: str = ""
    fingerprint: str = ""

    def wrap(self, plain: socket.socket, host: str) -> socket.socket:
        """TLS on a connection whose server has said OK STARTTLS, within the socket's time-out; `plain` is used up.

        Raises Unreachable, and SettingsError for a `ca_pem` that cannot be read.
        """
        try:
            wrapped = client_context(self.verify, self.ca_pem, self.fingerprint).wrap_socket(plain, server_hostname=host)
        except ssl.SSLError as error:
            raise Unreachable(reason(error)) from None
        except (OSError, ValueError) as error:
            raise Unreachable(f"the TLS handshake failed ({getattr(error, 'strerror', None) or error})") from None
        try:
            check_fingerprint(wrapped.getpeercert(binary_form=True), self.fingerprint)
        except PduHandlerError:
            wrapped.close()
            raise
        return wrapped
