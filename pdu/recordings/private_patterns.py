"""What in a text tells who owns a device: patterns of addresses, names, numbers and places.

Kinds of values, and the names of members and variables that hold them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from re import Pattern
from typing import Any, Optional

# Kinds of values
SERIALS = "serials"
ADDRESSES = "addresses"
NAMES = "names"
CONTACTS = "contacts"
LOCATIONS = "locations"
SECRETS = "secrets"
# kinds that --keep accepts: not secrets
KINDS = (SERIALS, ADDRESSES, NAMES, CONTACTS, LOCATIONS)
STAND_INS = {
    SERIALS: "serial-{}",
    NAMES: "name-{}",
    CONTACTS: "contact-{}",
    LOCATIONS: "location-{}",
    SECRETS: "secret-{}",
}
# least length of a value, and of a number, that is also replaced inside other texts
SHORTEST, LONG_NUMBER = 3, 7

# Names of JSON members and NUT variables, with the kind of their values; the first match counts.
KEYS: Sequence[tuple[Pattern[str], str]] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (
            r"passw|passphrase|passcode|secret|communit|token|credential|cookie|keytab|secname|usbuser"
            r"|(^|[._])(auth|priv)(pass|key|protocol_pass)|(?<!hot)keys?(chain|string|value|data)?$"
            r"|licen[cs]e_?(string|data|code)|authori[sz]ation(code)?$|https?headers?$|(certificate|signature)string$"
            r"|nonce$|(^|[._])(psk|pin|otp)$",
            SECRETS,
        ),
        (
            r"serial(number|no|$|\.)|(^|[._])serial|sernum|asset_?tag|partserial|(^|[._])uuid$|eiscontrol",
            SERIALS,
        ),
        (
            r"mac(addr|$)|ip(v[46])?_?addr|ip(v4|v6)?$|hostname|fqdn|(^|[._])(address|gateway|dns|host|domain|server)(es|s)?$"
            r"|driver\.parameter\.port$|e-?mail",
            ADDRESSES,
        ),
        # not NUT's dry contacts, ambient.contacts.1.status
        (r"contact(?!s\.)" r"|phone|(^|[._])(fax|mobile|pager|tel|sms)(number|no)?$", CONTACTS),
        (
            r"location|postaladdress|latitude|longitude|altitude|coordinates|(^|[._])(geo|gps)"
            r"|(^|[._])(room|rack|row|building|street|city|country)(name)?$",
            LOCATIONS,
        ),
        (
            r"(^|[._])(name|desc|description|username|user|userlabel|owner|assignedto|login|alias)$|^ups\.id$",
            NAMES,
        ),
    )
)

# members whose numbers tell a place
POSITION = re.compile("latitude|longitude|altitude", re.IGNORECASE)
HEX = "[0-9A-Fa-f]"
# An address is not a part of a longer row of hex digits. A label may precede it, such as "MAC:" or
# "IPv6:".
BEFORE = "(?<![0-9A-Za-z])(?<!::)" + "".join(
    rf"(?<!\b{HEX}{{{digits}}}[:-])" for digits in range(1, 5)
)
AFTER = rf"(?![0-9A-Za-z]|::|[:-]{HEX}{{1,4}}(?![0-9A-Za-z]))"
# MAC addresses: `00:1a:…`, `00-1a-…`, `00 1a …`, `001a.2b3c.…`, or 12 characters of 0-9 and a-f
# with at least one of each kind.
MAC = re.compile(
    rf"{BEFORE}(?:{HEX}{{2}}([:-]){HEX}{{2}}(?:\1{HEX}{{2}}){{4}}"
    rf"|(?<!\b{HEX}{{2}} ){HEX}{{2}}(?: {HEX}{{2}}){{5}}(?! ?[0-9A-Za-z:-])"
    rf"|(?=[0-9.]{{0,13}}[A-Fa-f]){HEX}{{4}}(?:\.{HEX}{{4}}){{2}}"
    rf"|(?=[a-f]{{0,11}}[0-9])(?=[0-9]{{0,11}}[a-f])[0-9a-f]{{12}}){AFTER}"
)
# A MAC address without leading zeros, as some agents write it. Six single decimal digits may be
# states.
SHORT_MAC = re.compile(
    rf"{BEFORE}(?=(?:[0-9]:)*(?:[0-9]{{2}}|[0-9]?[A-Fa-f])){HEX}{{1,2}}(?::{HEX}{{1,2}}){{5}}{AFTER}"
)
OCTET, GAP = f"{HEX}{{2}}", "[:. -]?"
# An SNMP engine ID with an IPv4 address, an IPv6 address or a MAC address (RFC 3411, SnmpEngineID).
ENGINE = re.compile(
    rf"(?<![0-9A-Za-z])((?:0[xX])?[89A-Fa-f]{HEX}(?:{GAP}{OCTET}){{3}}{GAP}0)"
    rf"(?:1((?:{GAP}{OCTET}){{4}})|2((?:{GAP}{OCTET}){{16}})|3((?:{GAP}{OCTET}){{6}}))(?![0-9A-Za-z])"
)
IN_ENGINE = {1: 4, 2: 16, 3: 6}  # its fifth octet -> the number of octets behind it
GAPS = re.compile("[^0-9A-Fa-f]")
MAC_OCTETS = 6
# octets other than 0 that a MAC address has if it is sought inside longer rows of digits
FEWEST = 3
# Not an address: four numbers after a word that marks a version, or small numbers outside private
# networks.
DOTTED = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
IPV4 = re.compile(rf"(?<![0-9A-Za-z.]){DOTTED}(?![0-9A-Za-z]|\.[0-9]|-(?!{DOTTED})[0-9])")
# A short word at the end of a longer one does not count ("server"), unless its capital follows a
# small letter ("fwVer").
VERSION = re.compile(
    r"(?:(?:version|revision|firmware|release|software)|(?-i:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
    r"(?:ver|rev|fw|rel|build|v))\W{0,3}$",
    re.IGNORECASE,
)
LONGEST_MARK = 20  # limit for such a word and the signs after it, in characters
PADDED_ADDRESS = re.compile(r"[0-9]{3}(?:\.[0-9]{3}){3}")  # such as 010.001.002.003
PADDING = re.compile("(?<![0-9])0{1,2}(?=[0-9])")
IPV6 = re.compile(
    rf"{BEFORE}(?=[0-9A-Fa-f:]*::|(?:{HEX}{{1,4}}:){{7}})[0-9A-Fa-f:]{{4,39}}(?![0-9A-Za-z:]|\.[0-9])"
)
# a host name; its first part may occur alone
FULL_NAME = re.compile(r"([A-Za-z0-9-]+)(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Zeros and ones alone are not a serial number: they may be the states of a row of outlets
# ("1011101110").
SERIAL = re.compile(r"\b(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z2-9])[A-Z0-9]{9,}\b")
# A whole text of seven digits or more, except zeros and ones alone (perhaps states) and what may be
# a date.
NUMBER = re.compile(r"(?!(?:19|20)[0-9]{6}$)(?=[0-9]*[2-9])[0-9]{7,}")
LABELLED_SERIAL = re.compile(
    r"\b(?:serial(?:\s*(?:number|no\.?|#))?|s/n|sn)[\s:=#]+"
    r"(?=[A-Za-z-]*[0-9])(?P<value>[A-Za-z0-9][A-Za-z0-9-]{2,})",
    re.IGNORECASE,
)
PARTED = "(?:[ ()/-]{0,3}[0-9])"
LABELLED_PHONE = r"\b(?:tele?phone|phone|tel|fax|mobile|mob|cell|pager|call|sms)\b\.?[\s:=#]{0,3}"
# Telephone numbers: international, with an area code in brackets or before a slash, 555-123-4567,
# or after a word.
PHONE_ENDS = r"(?![0-9A-Za-z]|[.,][0-9])"
PHONE = re.compile(
    rf"(?<![0-9A-Za-z.,+])(?:\+[1-9]{PARTED}{{9,14}}|\+[1-9][0-9]{{0,2}}[ ()/-]{PARTED}{{6,12}}"
    rf"|00[1-9][0-9]{{0,2}}[ ()/-]{PARTED}{{6,12}}|\(0?[0-9]{{2,5}}\)["
    rf" /-]{{0,2}}[0-9]{PARTED}{{4,9}}"
    r"|0[1-9][0-9]{1,4}[/-]"
    rf" ?[0-9]{PARTED}{{4,9}}|[2-9][0-9]{{2}}-[0-9]{{3}}-[0-9]{{4}}){PHONE_ENDS}"
    rf"|(?i:{LABELLED_PHONE})(?P<value>[+(]?[0-9](?:[ ()/.-]{{0,3}}[0-9]){{4,14}}){PHONE_ENDS}"
)
NUMBER_OF_DEGREES = r"[-+]?[0-9]{1,3}\.[0-9]{4,}"
MARK, SIDE = "\\s?\u00b0", "\\s?[NSEW]\\b"
# Places: two numbers of degrees with four decimals or more (a space between them needs five, or N,
# S, E, W), degrees with their sign and a side, the numbers of a NMEA sentence, or a number after
# "latitude" and the like.
PLACE = re.compile(
    rf"(?<![0-9A-Za-z.])(?:"
    rf"(?=.{{0,20}}?(?<![0-9.])[1-9][0-9]{{0,2}}\.){NUMBER_OF_DEGREES}(?:{MARK})?\s?[,;/]\s?{NUMBER_OF_DEGREES}(?:{MARK})?"
    rf"|{NUMBER_OF_DEGREES}[0-9] {NUMBER_OF_DEGREES}[0-9]"
    rf"|{NUMBER_OF_DEGREES}(?:{MARK})?\s?[NS]\b[,;/"
    rf" ]{{0,2}}{NUMBER_OF_DEGREES}(?:{MARK})?{SIDE}"
    rf"|[NS]\s?{NUMBER_OF_DEGREES}(?:{MARK})?[,;/ ]{{0,2}}[EW]\s?{NUMBER_OF_DEGREES}"
    rf"|[0-9]{{1,3}}(?:\.[0-9]+)?{MARK}(?:\s?[0-9]{{1,2}}(?:\.[0-9]+)?\s?['\u2032])?"
    rf"(?:\s?[0-9]{{1,2}}(?:\.[0-9]+)?\s?(?:[\"\u2033]|''))?{SIDE}"
    rf"|[0-9]{{4}}\.[0-9]+,[NS],[0-9]{{5}}\.[0-9]+,[EW])(?![0-9A-Za-z])"
    rf"|\b(?i:lat|lon|lng|long|latitude|longitude)\b\W{{0,3}}?(?P<value>[-+]?[0-9]{{1,3}}\.[0-9]{{2,}})(?![0-9A-Za-z])"
)
# a whole text of this form may be a latitude
DEGREE = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{5,}")
SHORTEST_PHONE = 7  # digits of a telephone number that is also replaced in other forms
# characters of a user name whose login is sought with the beginning of its password
SHORTEST_USER = 3
# InetAddressType, length, address (RFC 4001)
INET = re.compile("\x01\x04(.{4})|\x02\x10(.{16})", re.DOTALL)
# perhaps the length, and a text that may be an address
SPELT = re.compile(r"([\x07-\x27]?)([0-9A-Fa-f.:-]{7,64})")
LETTERS = 0xD800  # the first surrogate, which UTF-8 text does not contain
DISTINCTIVE_ARC = 32  # four smaller numbers may also be a version or the end of an OID
# RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291.
PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
UNTOUCHED = (
    "0.0.0.0",  # noqa: S104  # common to all devices; nothing is bound to them
    "127.0.0.1",
    "::",
    "::1",
)


def kind_of(key: str) -> Optional[str]:
    """The kind of the values of a variable or JSON member with this name; None if the name shows no
    kind.
    """
    return next((kind for pattern, kind in KEYS if pattern.search(key)), None)


def is_netmask(address: Any) -> bool:
    """Whether the address is an IPv4 netmask, /8 or longer, or the broadcast address: they identify
    nobody.
    """
    bits = int(address)
    return address.version == 4 and bits >> 24 == 255 and bits | (bits - 1) == 0xFFFFFFFF


def is_private_address(octets: bytes) -> bool:
    """Whether the octets of an IP address lie in a network for private use."""
    address = ipaddress.ip_address(octets)
    return any(address in network for network in PRIVATE if network.version == address.version)
