"""Replaces in a recording what could identify the owner of the device, as far as a program can recognise it.

Each such value is replaced by a stand-in. Equal values have the same stand-in. `learn` takes a value whose place shows its
kind: a name, a serial number, an address and so on. Afterwards `text` replaces that value as a whole word of other texts,
unless it is short or common. The case of letters is ignored in values of four characters or more. `text` also replaces
what looks like an address or a serial number. Stand-ins of IP addresses are reserved for documentation (RFC 5737,
RFC 3849) and, after the first 762 of IPv4, for benchmarks (RFC 2544); those of MAC addresses are locally administered.
"""
from __future__ import annotations

import functools
import ipaddress
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Callable, Collection, Dict, Iterable, List, Optional, Pattern, Sequence, Set, Tuple, TypeVar

from ...settings import host_and_port
from .words import is_common

T = TypeVar("T")
SERIALS, ADDRESSES, NAMES, CONTACTS, LOCATIONS, SECRETS = "serials", "addresses", "names", "contacts", "locations", "secrets"
KINDS = (SERIALS, ADDRESSES, NAMES, CONTACTS, LOCATIONS)            # kinds that --keep accepts: not secrets
_STAND_INS = {SERIALS: "serial-{}", NAMES: "name-{}", CONTACTS: "contact-{}", LOCATIONS: "location-{}", SECRETS: "secret-{}"}
_SHORTEST, _LONG_NUMBER = 3, 7      # least length of a value, and of a number, that is also replaced inside other texts

# Names of JSON members and NUT variables, with the kind of their values; the first match counts.
_KEYS: Sequence[Tuple[Pattern[str], str]] = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in (
    (r"passw|secret|communit|token|privatekey|(^|[._])(auth|priv)(pass|key|protocol_pass)|secname|usbuser|apikey", SECRETS),
    (r"serial(number|no|$|\.)|(^|[._])serial|sernum|asset_?tag|partserial|(^|[._])uuid$|eiscontrol", SERIALS),
    (r"mac(addr|$)|ip(v[46])?_?addr|ip(v4|v6)?$|hostname|fqdn|(^|[._])(address|gateway|dns|host|domain|server)(es|s)?$"
     r"|driver\.parameter\.port$|e-?mail", ADDRESSES),
    (r"contact(?!s\.)", CONTACTS),                 # not NUT's dry contacts, ambient.contacts.1.status
    (r"location|postaladdress|latitude|longitude|(^|[._])(room|rack|row|building|street|city|country)(name)?$", LOCATIONS),
    (r"(^|[._])(name|desc|description|username|user|userlabel|owner|assignedto|login|alias)$|^ups\.id$", NAMES)))

_HEX = "[0-9A-Fa-f]"
# An address is not a part of a longer row of hex digits. A label may precede it, such as "MAC:" or "IPv6:".
_BEFORE = "(?<![0-9A-Za-z])(?<!::)" + "".join(rf"(?<!\b{_HEX}{{{digits}}}[:-])" for digits in range(1, 5))
_AFTER = rf"(?![0-9A-Za-z]|::|[:-]{_HEX}{{1,4}}(?![0-9A-Za-z]))"
# MAC addresses: `00:1a:…`, `00-1a-…`, `00 1a …`, `001a.2b3c.…`, or 12 characters of 0-9 and a-f with at least one of each kind.
_MAC = re.compile(rf"{_BEFORE}(?:{_HEX}{{2}}([:-]){_HEX}{{2}}(?:\1{_HEX}{{2}}){{4}}"
                  rf"|(?<!\b{_HEX}{{2}} ){_HEX}{{2}}(?: {_HEX}{{2}}){{5}}(?! ?[0-9A-Za-z:-])"
                  rf"|(?=[0-9.]{{0,13}}[A-Fa-f]){_HEX}{{4}}(?:\.{_HEX}{{4}}){{2}}"
                  rf"|(?=[a-f]{{0,11}}[0-9])(?=[0-9]{{0,11}}[a-f])[0-9a-f]{{12}}){_AFTER}")
# Not an address: four numbers after a word that marks a version, or small numbers outside private networks.
_DOTTED = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
_IPV4 = re.compile(rf"(?<![0-9A-Za-z.]){_DOTTED}(?![0-9A-Za-z]|\.[0-9]|-(?!{_DOTTED})[0-9])")
# A short word at the end of a longer one does not count ("server"), unless its capital follows a small letter ("fwVer").
_VERSION = re.compile(r"(?:(?:version|revision|firmware|release|software)|(?-i:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
                      r"(?:ver|rev|fw|rel|build|v))\W{0,3}$", re.IGNORECASE)
_LONGEST_MARK = 20          # limit for such a word and the signs after it, in characters
_PADDED_ADDRESS = re.compile(r"[0-9]{3}(?:\.[0-9]{3}){3}")          # such as 010.001.002.003
_PADDING = re.compile("(?<![0-9])0{1,2}(?=[0-9])")
_IPV6 = re.compile(rf"{_BEFORE}(?=[0-9A-Fa-f:]*::|(?:{_HEX}{{1,4}}:){{7}})[0-9A-Fa-f:]{{4,39}}(?![0-9A-Za-z:]|\.[0-9])")
_FULL_NAME = re.compile(r"([A-Za-z0-9-]+)(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")     # a host name; its first part may occur alone
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Zeros and ones alone are not a serial number: they may be the states of a row of outlets ("1011101110").
_SERIAL = re.compile(r"\b(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z2-9])[A-Z0-9]{9,}\b")
# A whole text of seven digits or more, except zeros and ones alone (perhaps states) and what may be a date.
_NUMBER = re.compile(r"(?!(?:19|20)[0-9]{6}$)(?=[0-9]*[2-9])[0-9]{7,}")
_LABELLED_SERIAL = re.compile(r"\b(?:serial(?:\s*(?:number|no\.?|#))?|s/n|sn)[\s:=#]+"
                              r"(?=[A-Za-z-]*[0-9])([A-Za-z0-9][A-Za-z0-9-]{2,})", re.IGNORECASE)
_LETTERS = 0xD800           # the first surrogate, which UTF-8 text does not contain
_DISTINCTIVE_ARC = 32           # four smaller numbers may also be a version or the end of an OID
_UNTOUCHED = ("0.0.0.0", "127.0.0.1", "::", "::1")      # noqa: S104 - common to all devices; nothing is bound to them


class Scrubber:
    """Learned values and their stand-ins. Values of the kinds in `keep` are not learned, except secrets.

    `secrets`, `user` and `host` belong to the login. `host` may include a port.
    """

    def __init__(self, keep: Collection[str] = (), secrets: Iterable[Optional[str]] = (), user: Optional[str] = None,
                 host: str = "") -> None:
        self.keep = frozenset(keep) - {SECRETS}
        self._stand_ins: Dict[Tuple[str, str], str] = {}
        self._counted: Counter[str] = Counter()
        self._learned: Dict[str, str] = {}              # value -> stand-in
        self._given: Set[str] = set()                   # all stand-ins
        self._secrets = [secret.strip() for secret in secrets if secret]
        for secret in self._secrets:
            self.learn(SECRETS, secret)
        self.learn(NAMES, user or "")
        self.learn(ADDRESSES, host_and_port(host)[0])

    @staticmethod
    def twice(scrubbed: Callable[[], T]) -> T:
        """Scrub twice and return the second result. The second run replaces what the first learned."""
        scrubbed()
        return scrubbed()

    def learn(self, kind: str, value: str) -> str:
        """The stand-in of a value, or the value itself if it stays."""
        value = value.strip()
        if not value or kind in self.keep or value in _UNTOUCHED or value in self._given:
            return value
        if value in self._learned:
            return self._learned[value]
        if kind == NAMES and is_common(value):
            return value
        self._learned[value] = stand_in = self._stand_in(kind, value)
        self._given.add(stand_in)
        for computed in ("_known", "_spellings"):
            self.__dict__.pop(computed, None)
        full = _FULL_NAME.fullmatch(value)
        if full and kind in (NAMES, ADDRESSES):
            self.learn(NAMES, full[1])
        return stand_in

    def text(self, text: str, numbers: bool = True) -> str:
        """The text with stand-ins for distinctive learned values and for what looks like an address or a serial number. Kinds in
        `keep` stay.

        With `numbers`, a text of digits alone that was not learned stays, because it may be a figure.
        """
        if not text or text.isspace():
            return text
        text = self._without_learned(text)
        if ADDRESSES not in self.keep:
            text = self._without_addresses(_MAIL.sub(self._by(ADDRESSES), text))
        if SERIALS not in self.keep:
            text = _LABELLED_SERIAL.sub(self._serial, text)
            if not text.strip().isdigit():
                text = _SERIAL.sub(self._by(SERIALS), text)
            elif not numbers and _NUMBER.fullmatch(text.strip()):
                text = self.learn(SERIALS, text)
        return text

    def _without_learned(self, text: str) -> str:
        upper = text.upper()
        near = [value for known, value in self._known if known in upper]
        if not near:                # the usual case; one pattern of all values takes far longer
            return text
        # A short name in another case may be a word or an abbreviation: an outlet "nas", the text "NAS".
        # In capitals, "Straße" has one letter more: "STRASSE".
        values = "|".join(f"((?i:{re.escape(value)}|{re.escape(value.upper())}))" if len(value) > _SHORTEST
                          else f"({re.escape(value)})" for value in near)
        return re.sub(rf"(?<![0-9A-Za-z])(?:{values})(?![0-9A-Za-z])",
                      lambda found: self._learned.get(found[0]) or self._learned[near[(found.lastindex or 1) - 1]], text)

    def _without_addresses(self, text: str) -> str:
        return _IPV6.sub(self._address, _IPV4.sub(self._address, _MAC.sub(self._by(ADDRESSES), text)))

    def value(self, key: str, value: str) -> str:
        """The scrubbed value of a variable or JSON member with the name `key`."""
        kind = kind_of(key)
        return self.text(value) if kind is None else self.whole(kind, value)

    def whole(self, kind: str, value: str) -> str:
        """The stand-in of a value of this kind. A value that stays is scrubbed as by `text`."""
        return self.text(self.learn(kind, value), numbers=kind in self.keep)

    def json(self, data: Any, key: str = "", leave: Callable[[str, Any], bool] = lambda key, value: False) -> Any:
        """JSON with texts scrubbed by the names of their members, except texts for which `leave` is true. Addresses in names of
        members are scrubbed, too.

        Inside a contact or a location, texts get that kind, except the text of a member whose name has a kind or begins with "@".
        Texts that are items of a list get that kind, whatever the list is called.
        """
        if isinstance(data, Mapping):
            whole = kind_of(key) in (CONTACTS, LOCATIONS)
            return {name if ADDRESSES in self.keep else self._without_addresses(name):
                    self.json(value, key if whole and not _decides(name, value) else name, leave) for name, value in data.items()}
        if isinstance(data, (list, tuple)):
            return [self.json(value, key, leave) for value in data]
        return self.value(key, data) if isinstance(data, str) and not leave(key, data) else data

    def arcs(self, index: Sequence[int]) -> Tuple[int, ...]:
        """The index of an SNMP row, scrubbed: some MIBs spell an address or a name in it, one octet in each arc."""
        # Each arc becomes one letter of a text. All large arcs become the same letter, which no text contains.
        large = iter([arc for arc in index if arc >= _LETTERS])
        spelled = "".join(chr(min(arc, _LETTERS)) for arc in index)
        for spelling, stand_in in self._spellings:
            spelled = spelled.replace(spelling, stand_in)
        return tuple(next(large) if ord(letter) == _LETTERS else ord(letter) for letter in spelled)

    @functools.cached_property
    def _spellings(self) -> List[Tuple[str, str]]:
        """The pairs of `_spelled` for all learned values, the longest first. `learn` discards them, like `_known`."""
        pairs = [pair for value, stand_in in self._learned.items() for pair in _spelled(value, stand_in)]
        return sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)

    @functools.cached_property
    def _known(self) -> List[Tuple[str, str]]:
        """The values that are replaced inside texts, each as (upper-case form, value), the longest first."""
        # A secret of four characters or more is replaced even if it is a common word with digits or signs (admin123), but not if
        # it is a common word alone (public) or a number of up to six digits: these may be states or figures.
        secrets = [one for one in self._secrets
                   if one in self._learned and len(one) > _SHORTEST and not one.isalpha() and not one.isdigit()]
        long = sorted([*filter(_is_distinctive, self._learned), *secrets], key=len, reverse=True)
        return [(value.upper(), value) for value in long]

    def _by(self, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: self.learn(kind, found[0])

    def _serial(self, found: re.Match[str]) -> str:
        return found[0][:found.start(1) - found.start()] + self.learn(SERIALS, found[1])

    def _address(self, found: re.Match[str]) -> str:
        written = _PADDING.sub("", found[0]) if _PADDED_ADDRESS.fullmatch(found[0]) else found[0]
        try:
            address = ipaddress.ip_address(written)
        except ValueError:
            return found[0]
        is_small = not address.is_private and max(address.packed) < _DISTINCTIVE_ARC
        before = found.string[max(0, found.start() - _LONGEST_MARK):found.start()]
        is_version = address.version == 4 and (is_small or _VERSION.search(before) is not None)
        stand_in = written if is_version else self.address(written)
        return found[0] if stand_in == written else stand_in

    def address(self, dotted: str) -> str:
        """The stand-in of an IP address; a netmask stays."""
        return dotted if _is_mask(ipaddress.ip_address(dotted)) else self.learn(ADDRESSES, dotted)

    def _stand_in(self, kind: str, value: str) -> str:
        """An IP address gets an IP address as its stand-in, whatever `kind` is: it may also occur in binary form."""
        if _MAC.fullmatch(value) or kind == ADDRESSES and re.fullmatch(f"{_HEX}{{12}}", value):
            digits = iter(self._numbered("mac", re.sub("[ :.-]", "", value).lower(), "02{:010x}".format))
            return re.sub("[0-9A-Fa-f]", lambda _: next(digits), value)
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            if kind != ADDRESSES:
                return self._numbered(kind, value, _STAND_INS[kind].format)
            return self._numbered("host", value.lower(), "host-{}.example".format)
        if address.version == 6:
            return self._numbered("ipv6", str(address), "2001:db8::{:x}".format)
        return self._numbered("ipv4", str(address), _ipv4_stand_in)

    def _numbered(self, kind: str, value: str, form: Callable[[int], str]) -> str:
        if (kind, value) not in self._stand_ins:
            self._counted[kind] += 1
            self._stand_ins[kind, value] = form(self._counted[kind])
        return self._stand_ins[kind, value]


def _is_distinctive(value: str) -> bool:
    """Whether a learned value is unlikely to be a state, a figure or a common word."""
    return len(value) >= _SHORTEST and not is_common(value) or value.isdigit() and len(value) >= _LONG_NUMBER


def kind_of(key: str) -> Optional[str]:
    """The kind of the values of a variable or JSON member with this name; None if the name shows no kind."""
    return next((kind for pattern, kind in _KEYS if pattern.search(key)), None)


def _decides(name: str, value: Any) -> bool:
    """Whether the name of this member decides the kind of its value also inside a contact or a location."""
    return isinstance(value, str) and (kind_of(name) is not None or name.startswith("@"))


def _ipv4_stand_in(number: int) -> str:
    networks = ("192.0.2", "198.51.100", "203.0.113")       # RFC 5737
    network, host = divmod(number - 1, 254)
    if network < len(networks):
        return f"{networks[network]}.{host + 1}"
    network, host = divmod(number - 254 * len(networks) - 1, 254)
    return f"198.{18 + network // 256 % 2}.{network % 256}.{host + 1}"      # 198.18.0.0/15


def _is_mask(address: Any) -> bool:
    """Whether the address is an IPv4 netmask, /8 or longer, or the broadcast address: they identify nobody."""
    bits = int(address)
    return address.version == 4 and bits >> 24 == 255 and bits | (bits - 1) == 0xFFFFFFFF


def _spelled(value: str, stand_in: str) -> Iterable[Tuple[str, str]]:
    """The forms in which an index may spell a value, each with the same form of its stand-in."""
    try:
        before, after = ipaddress.ip_address(value).packed, ipaddress.ip_address(stand_in).packed
        if max(before) >= _DISTINCTIVE_ARC:       # many OIDs end with small arcs such as 1.1.1.1
            yield "".join(map(chr, before)), "".join(map(chr, after))
    except ValueError:
        pass
    if re.fullmatch("02[0-9a-f]{10}", re.sub("[ :.-]", "", stand_in)):      # the stand-in of a MAC address
        yield _octets(value), _octets(stand_in)
    if len(value) > _SHORTEST and _is_distinctive(value):
        octets = value.encode("utf-8", "backslashreplace").decode("latin-1")        # as in an SnmpAdminString (RFC 3411, 5)
        for spelled in dict.fromkeys((octets, value)):
            yield chr(len(spelled)) + spelled, chr(len(stand_in)) + stand_in    # the length, then the text
            yield spelled, stand_in                     # IMPLIED, or of fixed size: without the length (RFC 2578, 7.7)


def _octets(mac: str) -> str:
    """The octets of a MAC address as one letter each."""
    return bytes.fromhex(re.sub("[^0-9A-Fa-f]", "", mac)).decode("latin-1")
