"""Privacy of SNMPv3: DES (RFC 3414, 8), 3DES (draft-reeder-snmpv3-usm-3desede-00), AES (RFC 3826)
with keys of 128, 192 and 256 bits, by the package cryptography.

It is imported at the first encryption, which costs 25 ms.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from .ber import Malformed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher

_BLOCK = 8  # of DES and 3DES, in octets
_SALT = 8


class Privacy(NamedTuple):
    """A privacy protocol."""

    #: octets of its key, with those that make the initialization vector
    size: int
    #: whether it is AES; otherwise it is DES or 3DES
    aes: bool
    #: whether a short key is extended as Reeder's draft says, otherwise as Blumenthal's
    reeder: bool = False


PROTOCOLS = {
    "des": Privacy(16, False),
    "3des": Privacy(32, False, reeder=True),
    "aes": Privacy(16, True),
    "aes128": Privacy(16, True),
    # longer keys by Blumenthal's draft, as in Net-SNMP, or by Reeder's, as in Cisco's devices ("c")
    "aes192": Privacy(24, True),
    "aes256": Privacy(32, True),
    "aes192c": Privacy(24, True, reeder=True),
    "aes256c": Privacy(32, True, reeder=True),
}


def check(privacy: Privacy) -> None:
    """Raises ImportError if the package cryptography is not installed or too old for a protocol,
    and ValueError if this machine does not allow its cipher, such as DES where only those of FIPS
    are allowed.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # it may be missing

    try:
        _cipher(privacy, bytes(range(privacy.size)), 0, 0, bytes(_SALT)).encryptor()
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None


def encrypt(
    privacy: Privacy, key: bytes, boots: int, seconds: int, plain: bytes
) -> tuple[bytes, bytes]:
    """The encrypted octets of `plain`, and the salt, 8 octets that the message carries, too. `key`:
    of the size that the protocol needs. `boots` and `seconds`: the time of the agent's engine in
    the same message.

    >>> key = bytes(range(16))
    >>> octets, salt = encrypt(PROTOCOLS["aes"], key, 1, 60, b"scoped PDU")
    >>> decrypt(PROTOCOLS["aes"], key, 1, 60, salt, octets)
    b'scoped PDU'
    """
    # Random, not counted: processes that are forked from this one must not repeat its salts. Of DES
    # 32 bits are: after some 65,000 messages two share one, and then show whether they begin alike.
    padded_octets = plain
    if privacy.aes:
        salt = os.urandom(_SALT)
    else:
        salt = boots.to_bytes(4, "big") + os.urandom(4)  # RFC 3414, 8.1.1.1
        padded_octets += bytes(-len(plain) % _BLOCK)
    encryptor = _cipher(privacy, key, boots, seconds, salt).encryptor()
    encrypted_octets = encryptor.update(padded_octets) + encryptor.finalize()
    return bytes(encrypted_octets), salt


def decrypt(
    privacy: Privacy, key: bytes, boots: int, seconds: int, salt: bytes, data: bytes
) -> bytes:
    """The plain octets of `data`; with DES and 3DES, padding follows them. `boots`, `seconds` and
    `salt`: those of the message. Raises Malformed for octets or a salt of a wrong size; a wrong key
    gives octets that are no scoped PDU.
    """
    is_cut = not privacy.aes and len(data) % _BLOCK != 0
    if is_cut or len(salt) != _SALT:
        raise Malformed("encrypted octets of a wrong size")
    decryptor = _cipher(privacy, key, boots, seconds, salt).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    return bytes(plain)


def _cipher(privacy: Privacy, key: bytes, boots: int, seconds: int, salt: bytes) -> Cipher[Any]:
    """The cipher of one message, with its initialization vector: AES in CFB (RFC 3826), whose
    vector is made of boots, seconds and salt, or DES and 3DES in CBC (RFC 3414, 8.1.1), whose
    vector is made of salt and key.
    """
    triple_des, modes, cfb = _modules()
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms  # it may be missing

    if privacy.aes:
        vector = boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt  # RFC 3826, 3.1.2.1
        return Cipher(algorithms.AES(key), cfb(vector))
    cipher_key = key[:-_BLOCK]
    pre_vector = key[-_BLOCK:]  # RFC 3414, 8.1.1.1: the vector is the salt XOR it
    vector = bytes(octet ^ pre_octet for octet, pre_octet in zip(salt, pre_vector))
    if len(cipher_key) == _BLOCK:
        cipher_key *= 3  # DES is 3DES with three equal keys
    return Cipher(triple_des(cipher_key), modes.CBC(vector))


def _modules() -> tuple[Any, Any, Any]:
    """The class of 3DES, the module of modes, and the class of CFB, from where the installed
    cryptography has them: newer releases keep the weak ones in another module. Raises ImportError
    if none has them.
    """
    from cryptography.hazmat.primitives.ciphers import modes  # it may be missing

    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    except ImportError:
        from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES
    try:
        from cryptography.hazmat.decrepit.ciphers.modes import CFB
    except ImportError:
        from cryptography.hazmat.primitives.ciphers.modes import CFB
    return TripleDES, modes, CFB
