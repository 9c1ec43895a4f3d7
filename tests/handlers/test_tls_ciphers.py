"""The ciphers of TLS 1.2 that handlers offer are the same on every Python that is here: status over
HTTPS from units that have one cipher alone.

Chromium's recovery client and Cray-HPE's hms-redfish-translation-layer switch RSA key exchange on
for Server Technology's JAWS. Python 3.10 and later leave it out, with CBC and SHA-1
(docs/dev/evidence.md).
"""

from __future__ import annotations

import contextlib
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from handlers.jaws.handler import make_handler
from handlers.shared.errors import Unreachable
from pdu_common.connection import PduData
from tests.needs import ROOT, pythons
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.certificates import Identity, server_context, usual
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer
from tests.waiting import LONGEST_TIMEOUT_S, run_program

PYTHONS = {f"{sys.version_info[0]}.{sys.version_info[1]}": Path(sys.executable), **pythons()}
OURS = sorted(version for version in PYTHONS if tuple(map(int, version.split("."))) >= (3, 9))
LEAF = trustme.CA().issue_cert("127.0.0.1", key_type=trustme.KeyType.RSA)
KEY, CERTIFICATE = LEAF.private_key_pem.bytes(), LEAF.cert_chain_pems[0].bytes()
STATUS = """
import ast, sys
from handlers.jaws.handler import make_handler
from pdu_common.connection import PduData
print(len(make_handler(PduData(sys.argv[1], ast.literal_eval(sys.stdin.read()))).status().ports))
"""


@contextlib.contextmanager
def unit(cipher: str) -> Iterator[HttpServer]:
    """A PDU with TLS 1.2 and this cipher alone."""
    context = server_context(KEY, CERTIFICATE)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    identity = Identity(usual().authority, KEY, CERTIFICATE, context)
    with HttpServer(UnitPeers("jaws").device(), identity=identity) as server:
        yield server


def settings(server: HttpServer) -> dict[str, str]:
    return {
        "port": str(server.port),
        "verify": "no",
        "username": USER,
        "password": PASSWORD,
        "timeout": str(LONGEST_TIMEOUT_S),
    }


@pytest.mark.sample(5)
@pytest.mark.parametrize("version", OURS)
@pytest.mark.parametrize(
    "cipher",
    ["AES256-GCM-SHA384", "AES128-SHA", "ECDHE-RSA-AES256-SHA", "ECDHE-RSA-AES128-GCM-SHA256"],
)
def test_a_unit_with_this_cipher_alone_is_read_on_each_python(version: str, cipher: str) -> None:
    with unit(cipher) as server:
        answer = run_program(
            [str(PYTHONS[version]), "-c", STATUS, server.host],
            input=repr(settings(server)),
            cwd=ROOT,
        )
    assert answer.stdout.strip() == "8", answer.stderr


@pytest.mark.parametrize("cipher", ["AECDH-AES256-SHA", "ECDHE-RSA-NULL-SHA", "PSK-AES256-CBC-SHA"])
def test_a_unit_without_a_common_cipher_is_refused_in_words_of_ciphers_and_not_of_http(
    cipher: str,
) -> None:
    with unit(cipher) as server, pytest.raises(Unreachable, match="no cipher") as caught:
        make_handler(PduData(server.host, settings(server))).status()
    assert "http" not in caught.value.reason
    assert "scheme" not in caught.value.keys
