"""A time-stamping authority (RFC 3161) of openssl, and keys of ssh-keygen."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.needs import program
from tests.waiting import PATIENCE_S

_CONFIG = """[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
"""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def ran(*words: str, given: bytes = b"") -> bytes:
    """What a program prints that ends with 0."""
    found = [program(words[0]), *words[1:]]
    done = subprocess.run(found, input=given, capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Authority:
    """One that stamps what it is asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        #: its root
        self.certificates = folder / "ca.pem"
        key, request, extensions = folder / "ca.key", folder / "tsa.csr", folder / "extensions"
        root = ("-keyout", str(key), "-out", str(self.certificates), "-subj", "/CN=root")
        ran("openssl", "req", "-x509", *_KEY, *root, "-days", "2")
        own = ("-keyout", str(folder / "tsa.key"), "-out", str(request), "-subj", "/CN=tsa")
        ran("openssl", "req", *_KEY, *own)
        extensions.write_text("extendedKeyUsage = critical,timeStamping\n")
        by = ("-CA", str(self.certificates), "-CAkey", str(key), "-CAcreateserial", "-days", "2")
        into = ("-out", str(folder / "tsa.pem"), "-extfile", str(extensions))
        ran("openssl", "x509", "-req", "-in", str(request), *by, *into)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))

    def answer(self, request: bytes) -> bytes:
        """The response to a request, both DER."""
        with tempfile.NamedTemporaryFile(dir=self._folder) as asked:
            asked.write(request)
            asked.flush()
            config = ("-config", str(self._folder / "tsa.cnf"), "-section", "here")
            return ran("openssl", "ts", "-reply", *config, "-queryfile", asked.name)

    def stamp(self, digest: str, folder: Path) -> None:
        """Put a stamp of a hash, 64 digits, into a folder."""
        request = ran("openssl", "ts", "-query", "-digest", digest, "-sha256", "-cert")
        folder.joinpath(f"{digest}.tsr").write_bytes(self.answer(request))


class Signer:
    """A key, and the file of allowed signers that names it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.key = folder / "key"
        ran("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key))
        self.allowed = folder / "signers"
        self.allowed.write_text(f"witness {(folder / 'key.pub').read_text()}")

    def sign(self, digest: str, folder: Path, namespace: str = "pdu-meter") -> None:
        """Put a signature of a hash, 64 digits, into a folder."""
        words = ("ssh-keygen", "-q", "-Y", "sign", "-f", str(self.key), "-n", namespace)
        signed = ran(*words, given=f"{digest}\n".encode())
        folder.joinpath(f"{digest}.sig").write_bytes(signed)
