"""What errors say of a community, a login or a right that the device may not accept: here for every
protocol.

`{words}` stands for what the device, a library or the protocol says of it.
"""

from __future__ import annotations

from .errors import NamedSetting

# ---- SNMP ----------------------------------------------------------------------------------------

#: a device may leave a wrong community, SNMPv3 user or key without an answer; `{port}` is asked
NO_SNMP_ANSWER = (
    "no answer over SNMP: check the address, the port ({port}), the SNMP version (older PDUs speak"
    " only 1), and the community or the SNMPv3 user and keys: a device may not answer wrong"
    " ones{words}"
)
NO_ANSWER_TO_WRITE = (
    "no answer to the write; a device may ignore a community or user that may not write ({words})"
)
#: in SNMPv1, noSuchName is also the answer to a write that is not allowed (RFC 1157, 4.1.5)
NO_OBJECT_OR_RIGHT = (
    "the device has no such object, or the community or user may not write ({words})"
)
#: `{right}`: to read, or to write
NO_SNMP_RIGHT = "the device does not allow this: give a community or user that may {right}"
SNMPV3_REFUSED = (
    "the device does not accept the SNMPv3 user, its passwords or its protocols: check them"
)
SNMPV3_NOT_DECRYPTED = (
    (
        "the device answers SNMPv3, but not what is encrypted: the privacy password or protocol is"
        " wrong; AES of 192 and 256 bits is of two kinds, so instead of AES256 try "
    ),
    NamedSetting("priv_protocol", "AES256C"),
    ", instead of AES192 try AES192C, and the other way round",
)
#: the end of a sentence about rows that are missing
CHECK_VIEW = "check which objects this community or user may read"

# ---- HTTP: `{words}` is the status, or the code and the text of an error -------------------------

LOGIN_REFUSED = (
    "the device refused the login ({words}): check user name and password, and that the account is"
    " neither blocked nor waiting for a new password"
)
#: a request without a login was refused
LOGIN_WANTED = (
    "the device wants a login ({words}): give ",
    NamedSetting("password"),
    ", and unless its user is fixed ",
    NamedSetting("username"),
)
#: put behind LOGIN_REFUSED, for a password that has them
BLANKS_AROUND = "; the password begins or ends with white space"
NO_SESSION = "the unit began no session: check user name and password"
NO_PRIVILEGE = "the account may not do this ({words}): give its role the privilege on the device"
CHANGE_DUE = (
    "the account has to change its password first ({words}): log in to the device's web page once"
)
SESSION_ENDED = (
    "the device refused the session's token ({words}): the session may have ended, so log in again"
    " or repeat the call; if that does not help, check what the account may do"
)
REVOKED = (
    "the device refused the token ({words}): check that it is whole and not revoked, and what its"
    " account may do"
)
#: `{scheme}`: of the login that the device asks for
OTHER_SCHEME = (
    "the device wants another way to log in ({words}): {scheme}, which this handler does not have;"
    " so user name and password may be right: allow Basic login on the device, if it has such a"
    " setting, or use another handler"
)
OTHER_THAN_DIGEST = (
    "the device asks for no login that this handler has ({words}; it asks for: {scheme}), which is"
    " Digest with MD5 or SHA-256, so the password was not sent: allow that on the device, if it has"
    " such a setting, or use HTTPS"
)

# ---- NUT -----------------------------------------------------------------------------------------

_CHECK_USER = "check username, password and that user's rights in the server's upsd.users"
_USER_AND_PASSWORD = (NamedSetting("username"), " and ", NamedSetting("password"))
NUT_DENIED = f"the NUT server denies this: {_CHECK_USER}"
NUT_NEEDS_USER = ("the NUT server requires a user: give ", *_USER_AND_PASSWORD)
NUT_NEEDS_PASSWORD = ("the NUT server requires a password: give ", *_USER_AND_PASSWORD)
NUT_REFUSED_USER = f"the NUT server rejected this user name: {_CHECK_USER}"
NUT_REFUSED_PASSWORD = f"the NUT server rejected this password: {_CHECK_USER}"
