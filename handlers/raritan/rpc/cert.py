"""The device's TLS key and certificate. Source: Scep.idl, ServerSSLCert.idl."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Optional

from ._idl.cert import *
from ._runtime import scripts
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ._runtime.agent import Agent

TAGS = ("active_cert", "active_key", "new_cert", "new_key", "new_req")


class UploadCode(scripts.ResultCode):
    """Result of the certificate script."""

    SUCCESS = 0
    INTERNAL_ERROR = 1
    ALREADY_PENDING = 2  # a certificate or a signing request
    KEY_INVALID = 3
    CERTIFICATE_INVALID = 4
    KEY_DOES_NOT_MATCH_CERTIFICATE = 5


def upload(
    agent: Agent, certData: scripts.Data, keyData: Optional[scripts.Data] = None
) -> UploadCode:
    """Send a PEM certificate, and its key unless the device has generated that key: one round trip.

    > POST /cgi-bin/server_ssl_cert_upload.cgi, multipart: cert_file, key_file
    < return_code=0
    returned   UploadCode.SUCCESS

    The certificate is pending until `installPendingKeyPair`;
    `ServerSSLCert.getInfo().pendingCertInfo` shows it. Raises ValueError for an empty key,
    JsonRpcSyntaxException for an answer without a result code.
    """
    files = [{"data": certData, "filename": "certificate.pem", "formname": "cert_file"}]
    if isinstance(keyData, (bytes, str)) and not keyData:
        raise ValueError("keyData is empty; give None if the device has generated the key")
    if keyData is not None:
        files.append({"data": keyData, "filename": "key.pem", "formname": "key_file"})
    path = "/cgi-bin/server_ssl_cert_upload.cgi"
    response = agent.form_data_file(path, files)
    match = re.search(r"return_code=(\d+)", response["body"])
    digits = match.group(1) if match else ""
    return scripts.code(UploadCode, digits, agent, path)


def download(agent: Agent, tag: str = "active_cert") -> bytes:
    """A certificate, key or signing request as PEM: one round trip.

    > GET /cgi-bin/server_ssl_cert_download.cgi?tag=active_cert
    < -----BEGIN CERTIFICATE----- ...

    Raises ValueError for a tag that is not in TAGS.
    """
    if tag not in TAGS:
        raise ValueError(f"tag is {tag!r}; allowed: {', '.join(TAGS)}")
    target = scripts.target("server_ssl_cert_download.cgi", {"tag": tag})
    return scripts.download(agent, target)


__all__ = public_names(globals())
