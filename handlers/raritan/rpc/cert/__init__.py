"""The device's TLS key and certificate."""
from __future__ import annotations

from .scep import Scep
from .server_ssl_cert import ServerSSLCert
from .files import UploadCode, download, upload

__all__ = [
    "Scep", "ServerSSLCert", "UploadCode", "download", "upload",
]
