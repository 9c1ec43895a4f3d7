"""SNMPv3 without a socket: keys and digests of the RFCs, and ciphers beside pysnmp's."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from pyasn1.type import univ
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto.secmod.eso.priv import aes192, aes256, des3
from pysnmp.proto.secmod.rfc3414.auth import hmacmd5, hmacsha
from pysnmp.proto.secmod.rfc3414.priv import des
from pysnmp.proto.secmod.rfc3826.priv import aes
from pysnmp.proto.secmod.rfc7860.auth import hmacsha2

from pdu_common.snmp_client import ciphers, keys, usm, v3
from pdu_common.snmp_client.ber import Malformed
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.reads import (
    GET,
    SnmpRequest,
)
from pdu_common.snmp_client.usm import Engine, EngineClock, User
from tests.servers.snmpd import USERS

from .double import connect

ENGINE_ID = bytes.fromhex("000000000000000000000002")
PASSWORD, OTHER_PASSWORD = b"maplesyrup", b"another-one"
NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
REQUEST = SnmpRequest(GET, (NAME,))
AUTHS = {
    "md5": hlapi.USM_AUTH_HMAC96_MD5,
    "sha": hlapi.USM_AUTH_HMAC96_SHA,
    "sha224": hlapi.USM_AUTH_HMAC128_SHA224,
    "sha256": hlapi.USM_AUTH_HMAC192_SHA256,
    "sha384": hlapi.USM_AUTH_HMAC256_SHA384,
    "sha512": hlapi.USM_AUTH_HMAC384_SHA512,
}
CIPHERS = {
    "des": des.Des,
    "3des": des3.Des3,
    "aes": aes.Aes,
    "aes192": aes192.AesBlumenthal192,
    "aes256": aes256.AesBlumenthal256,
    "aes192c": aes192.Aes192,
    "aes256c": aes256.Aes256,
}


@pytest.mark.parametrize("name", AUTHS)
def test_a_digest_is_that_of_pysnmp_and_any_other_is_refused(name: str) -> None:
    auth = keys.PROTOCOLS[name]
    key = keys.localized_key(PASSWORD, auth.hash, ENGINE_ID)
    user = User(b"somebody", auth, PASSWORD)
    message = usm.secure_request(
        user, Engine(ENGINE_ID, EngineClock(1, 2, 0.0)), 7, b"\x05\x00", 0.0
    )
    place = v3.decode(message).digest_at
    stop = place + auth.size

    services = {"md5": hmacmd5.HmacMd5(), "sha": hmacsha.HmacSha()}
    theirs = services.get(name) or hmacsha2.HmacSha2(AUTHS[name])
    zeroed = message[:place] + bytes(auth.size) + message[stop:]
    signed = theirs.authenticate_outgoing_message(univ.OctetString(key), zeroed)

    assert bytes(signed) == message
    assert keys.is_authentic(auth, key, message, place)
    other_digest = message[: stop - 1] + bytes((message[stop - 1] ^ 1,)) + message[stop:]
    other_content = message[:-1] + bytes((message[-1] ^ 1,))
    assert not keys.is_authentic(auth, key, other_digest, place)
    assert not keys.is_authentic(auth, key, other_content, place)


@pytest.mark.parametrize("name", ciphers.PROTOCOLS)
def test_encryption_does_not_repeat_a_salt(name: str) -> None:
    privacy = ciphers.PROTOCOLS[name]
    key = bytes(range(privacy.size))
    salts = set()
    for _ in range(50):
        _data, salt = ciphers.encrypt(privacy, key, 1, 1, b"x")
        salts.add(salt)
    assert len(salts) == 50


@pytest.mark.parametrize("name", ciphers.PROTOCOLS)
def test_a_salt_of_a_wrong_size_is_malformed(name: str) -> None:
    privacy = ciphers.PROTOCOLS[name]
    key = bytes(range(privacy.size))
    with pytest.raises(Malformed):
        ciphers.decrypt(privacy, key, 1, 1, b"short", bytes(8))


def test_data_of_des_that_is_no_whole_number_of_blocks_is_malformed() -> None:
    with pytest.raises(Malformed):
        ciphers.decrypt(ciphers.PROTOCOLS["des"], bytes(16), 1, 1, bytes(8), bytes(9))


# pysnmp 7.1.21 takes CFB from a module in which cryptography has deprecated it
@pytest.mark.filterwarnings("ignore:CFB has been moved")
@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("name", CIPHERS)
def test_each_cipher_and_its_key_are_those_of_pysnmp(name: str, auth: str) -> None:
    privacy = ciphers.PROTOCOLS[name]
    theirs = CIPHERS[name]()
    hash_name = keys.PROTOCOLS[auth].hash
    key = keys.extended_key(PASSWORD, hash_name, ENGINE_ID, privacy.size, reeder=privacy.reeder)
    master = theirs.hash_passphrase(AUTHS[auth], univ.OctetString(PASSWORD))
    their_key = theirs.localize_key(AUTHS[auth], master, univ.OctetString(ENGINE_ID))
    assert bytes(their_key)[: privacy.size] == key
    if auth != "sha":
        return
    plain = b"outlet 7 is on, and this is longer than a block"
    data, salt = ciphers.encrypt(privacy, key, 3, 4, plain)
    opened = theirs.decrypt_data(their_key, (3, 4, univ.OctetString(salt)), univ.OctetString(data))
    assert bytes(opened)[: len(plain)] == plain
    data, salt = map(bytes, theirs.encrypt_data(their_key, (3, 4, None), plain))
    assert ciphers.decrypt(privacy, key, 3, 4, salt, data)[: len(plain)] == plain


def test_passwords_are_not_shown() -> None:
    assert "maplesyrup" not in repr(
        User(b"u", keys.PROTOCOLS["sha"], PASSWORD, ciphers.PROTOCOLS["aes"], PASSWORD)
    )


@pytest.mark.parametrize("method", ["__init__", "encryptor"])
def test_a_cipher_that_the_machine_does_not_allow_is_an_error_of_the_call(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as DES on a machine with the algorithms of FIPS alone."""

    def refused(_cipher: object, *_arguments: object) -> None:
        raise UnsupportedAlgorithm("DES is not supported")

    monkeypatch.setattr(Cipher, method, refused)
    shaaes = next(user for user in USERS if user.name == "shaaes").params()
    with pytest.raises(SnmpError, match="this machine does not allow des"):
        connect(9, **{**shaaes, "priv_protocol": "DES"}).snmp_get("1.3.6.1.2.1.1.5.0")
