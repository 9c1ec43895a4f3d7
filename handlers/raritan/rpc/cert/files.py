"""Key and certificate of the device's web service as files."""
from __future__ import annotations

import re
from typing import Optional

from .. import cgi
from ..agent import Agent

TAGS = ("active_cert", "active_key", "new_cert", "new_key", "new_req")


class UploadCode(cgi.ResultCode):
    """What the certificate script answers."""

    SUCCESS = 0
    INTERNAL_ERROR = 1
    ALREADY_PENDING = 2                     # a certificate or a signing request
    KEY_INVALID = 3
    CERTIFICATE_INVALID = 4
    KEY_DOES_NOT_MATCH_CERTIFICATE = 5


def upload(agent: Agent, certData: cgi.Data, keyData: Optional[cgi.Data] = None) -> UploadCode:
    """Send a PEM certificate, with its key where the device did not make it: one round trip.

    It is pending then: look at `ServerSSLCert.getInfo().pendingCertInfo` before `installPendingKeyPair`.
    """
    files = [{"data": certData, "filename": "certificate.pem", "formname": "cert_file", "mimetype": _BINARY}]
    if keyData:
        files.append({"data": keyData, "filename": "key.pem", "formname": "key_file", "mimetype": _BINARY})
    where = "/cgi-bin/server_ssl_cert_upload.cgi"
    response = agent.form_data_file(where, files)
    found = re.search(r"return_code=(\d+)", str(response["body"]))
    return cgi.code(UploadCode, found.group(1) if found else str(response["body"]), agent, where, response)


def download(agent: Agent, tag: str = "active_cert") -> bytes:
    """A certificate, key or signing request as PEM: one round trip. ValueError for a tag that is not documented."""
    if tag not in TAGS:
        raise ValueError(f"tag is {tag!r}; allowed: {', '.join(TAGS)}")
    return agent.get(cgi.target("server_ssl_cert_download.cgi", {"tag": tag}))


_BINARY = "application/octet-stream"
