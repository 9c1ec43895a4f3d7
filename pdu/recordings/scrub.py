"""Replaces in a recording what could identify the owner of the device, as far as a program can
recognise it.

Each such value is replaced by a stand-in. Equal values have the same stand-in. `learn` takes a
value whose place shows its kind: a name, a serial number, an address and so on. Afterwards `text`
replaces that value as a whole word of other texts, unless it is short or common. The case of
letters is ignored in values of four characters or more. `text` also replaces what looks like an
address or a serial number. Stand-ins of IP addresses are reserved for documentation (RFC 5737, RFC
3849) and, after the first 762 of IPv4, for benchmarks (RFC 2544); those of MAC addresses are
locally administered.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from re import Pattern
from typing import (
    Any,
    Callable,
    NamedTuple,
    Optional,
    TypeVar,
    Union,
)

from handlers.http import login
from handlers.shared.address import Address

from . import private_patterns
from .generic_words import has_only_generic_words
from .private_patterns import ADDRESSES, CONTACTS, LOCATIONS, NAMES, SECRETS, SERIALS

T = TypeVar("T")


class Scrubber:
    """Learned values and their stand-ins. Values of the kinds in `keep` are not learned, except
    secrets.

    `secrets`, `user` and `host` belong to the login. `host` may include a port.
    """

    def __init__(
        self,
        keep: Collection[str] = (),
        secrets: Iterable[Optional[str]] = (),
        user: Optional[str] = None,
        host: str = "",
    ) -> None:
        self.keep = frozenset(keep) - {SECRETS}
        self._stand_ins: dict[tuple[str, str], str] = {}
        self._counted: Counter[str] = Counter()
        self._learned: dict[str, str] = {}  # value -> stand-in
        self._given: set[str] = set()  # all stand-ins
        # octets of an IP or MAC address -> those of the stand-in
        self.packed: dict[bytes, bytes] = {}
        self._given_octets: set[bytes] = set()  # the values of `packed`
        # digits of an address, in any form, digits of the stand-in
        self._loose: list[tuple[str, Pattern[str], str]] = []
        self._phones: dict[str, str] = {}  # digits -> stand-in
        # text -> whether it holds the login in an encoded form
        self._held: dict[str, bool] = {}
        self._secrets = [secret.strip() for secret in secrets if secret]
        self._user = user or ""
        for secret in self._secrets:
            self.learn(SECRETS, secret)
        self.learn(NAMES, user or "")
        self.learn(ADDRESSES, Address(host).host)

    @staticmethod
    def twice(scrub: Callable[[], T]) -> T:
        """Scrub twice and return the second result.

        The second run replaces what the first learned.
        """
        scrub()
        return scrub()

    def learn(self, kind: str, value: str) -> str:
        """The stand-in of a value, or the value itself if it stays."""
        value = value.strip()
        if (
            not value
            or kind in self.keep
            or value in private_patterns.UNTOUCHED
            or value in self._given
        ):
            return value
        if value in self._learned:
            return self._learned[value]
        if kind == NAMES and has_only_generic_words(value):
            return value
        self._learned[value] = stand_in = self._stand_in(kind, value)
        self._given.add(stand_in)
        digits = re.sub("[^0-9]", "", value)
        if (
            kind == CONTACTS
            and len(digits) >= private_patterns.SHORTEST_PHONE
            and not re.search("[A-Za-z]", value)
        ):
            self._phones[digits] = stand_in
        for name in ("_replaced_forms", "_spellings"):
            self.__dict__.pop(name, None)
        full = private_patterns.FULL_NAME.fullmatch(value)
        if full and kind in (NAMES, ADDRESSES):
            self.learn(NAMES, full[1])
        return stand_in

    def text(self, text: str, numbers: bool = True) -> str:
        """The text with stand-ins for distinctive learned values and for what looks like an address
        or a serial number. Kinds in `keep` stay.

        With `numbers`, a text of digits alone that was not learned stays, because it may be a
        figure.
        """
        if not text or text.isspace():
            return text
        text = self._replace_learned(self._replace_login(text))
        for rule in _RULES:
            if rule.kind not in self.keep:
                text = rule.apply(self, text, numbers)
        return text

    def _replace_learned(self, text: str) -> str:
        """The text with the stand-ins of distinctive learned values that are whole words of it."""
        upper = text.upper()
        values = [value for upper_form, value in self._replaced_forms if upper_form in upper]
        if not values:  # the usual case; one pattern of all values takes far longer
            return text
        # A short name in another case may be a word or an abbreviation: an outlet "nas", the text
        # "NAS". In capitals, "Straße" has one letter more: "STRASSE".
        forms = "|".join(
            (
                f"((?i:{re.escape(value)}|{re.escape(value.upper())}))"
                if len(value) > private_patterns.SHORTEST
                else f"({re.escape(value)})"
            )
            for value in values
        )
        return re.sub(
            rf"(?<![0-9A-Za-z])(?:{forms})(?![0-9A-Za-z])",
            # group N matched the Nth value, in another case unless the match itself is learned
            lambda match: (
                self._learned.get(match[0]) or self._learned[values[(match.lastindex or 1) - 1]]
            ),
            text,
        )

    def _replace_login(self, text: str) -> str:
        """The text without the secrets of the login, also inside words. A text that holds one in an
        encoded form, as errors know them (handlers/http/login.py), is replaced as a whole.
        """
        sought = self._sought
        if not sought or len(text) < min(map(len, sought)):
            return text
        for secret in self._plain:
            text = re.sub(
                re.escape(secret),
                self._learned[secret].replace("\\", r"\\"),
                text,
                flags=re.IGNORECASE,
            )
        return self._learned[self._plain[0]] if self.holds_login(text) else text

    def holds_login(self, text: str) -> bool:
        """Whether the text holds a secret of the login in any form."""
        is_held = self._held.get(text)
        if is_held is None:
            is_held = self._held[text] = bool(self._sought) and login.holds(text, self._sought)
        return is_held

    @functools.cached_property
    def _plain(self) -> list[str]:
        """The login's secrets, except what may be a state, a figure or a common word; the longest
        first.

        A secret of four characters or more counts even if it is a common word with digits or signs
        (admin123), but not if it is a common word alone (public) or a number of up to six digits.
        """
        learned_secrets = [secret for secret in self._secrets if secret in self._learned]
        return sorted(filter(_is_telling, learned_secrets), key=len, reverse=True)

    @functools.cached_property
    def _sought(self) -> list[str]:
        """`_plain`, and the beginnings of `user:password`."""
        user = self._user if len(self._user) >= private_patterns.SHORTEST_USER else None
        return list(
            chain.from_iterable(login.secrets(login.Login(user, secret)) for secret in self._plain)
        )

    def _replace_addresses(self, text: str) -> str:
        for rule in _ADDRESS_RULES:
            text = rule.apply(self, text, True)
        return text

    def _replace_learned_phones(self, text: str) -> str:
        for digits, stand_in in self._phones.items():
            text = re.sub(rf"(?<![0-9])\+?{'[ ()/.-]*'.join(digits)}(?![0-9])", stand_in, text)
        return text

    def _replace_loose_digits(self, text: str) -> str:
        compact_text = re.sub(private_patterns.GAP[:-1], "", text).lower()
        for digits, pattern, stand_in in self._loose:
            if digits in compact_text:
                text = pattern.sub(functools.partial(_format_like, digits=stand_in), text)
        return text

    def _learn_octets(self, octets: bytes, stand_in: bytes) -> None:
        """Learn the octets of an address.

        If they are distinctive, their digits are replaced wherever they occur.
        """
        if octets in self.packed:
            return
        self.packed[octets] = stand_in
        self._given_octets.add(stand_in)
        form = ""
        if (
            len(octets) == private_patterns.MAC_OCTETS
            and sum(map(bool, octets)) >= private_patterns.FEWEST
        ):
            form = private_patterns.GAP.join(octets.hex())
        elif len(octets) == 4 and max(octets) >= private_patterns.DISTINCTIVE_ARC:
            digits = private_patterns.GAP.join(octets.hex(" ").split())
            form = rf"(?<!{private_patterns.HEX}){digits}(?!{private_patterns.HEX})"
        if form:
            self._loose.append((octets.hex(), re.compile(form, re.IGNORECASE), stand_in.hex()))

    def octets(self, octets: bytes) -> bytes:
        """The octets of an IP address or a MAC address as those of its stand-in, which is learned.
        A netmask stays.
        """
        if len(octets) == private_patterns.MAC_OCTETS:
            return bytes.fromhex(self.learn(ADDRESSES, octets.hex(":")).replace(":", ""))
        return ipaddress.ip_address(self.address(str(ipaddress.ip_address(octets)))).packed

    def engine(self, octets: bytes) -> bytes:
        """The octets of an SNMP engine ID with stand-ins for an address in it (RFC 3411); other
        octets as they are.
        """
        size = (
            private_patterns.IN_ENGINE.get(octets[4])
            if len(octets) > 5 and octets[0] & 0x80
            else None
        )
        return octets[:5] + self.octets(octets[5:]) if size == len(octets) - 5 else octets

    def _engine(self, match: re.Match[str]) -> str:
        digits = match[2] or match[3] or match[4]
        clean = self.octets(bytes.fromhex(private_patterns.GAPS.sub("", digits))).hex()
        return match[0][: -len(digits)] + _format_like(digits, clean)

    def _short_mac(self, match: re.Match[str]) -> str:
        groups = [group.zfill(2) for group in match[0].split(":")]
        if bytes.fromhex("".join(groups)) in self._given_octets:
            return match[0]
        clean = self.learn(ADDRESSES, ":".join(groups)).split(":")
        return ":".join(f"{int(group, 16):x}" for group in clean)

    def value(self, key: str, value: str) -> str:
        """The scrubbed value of a variable or JSON member with the name `key`."""
        kind = private_patterns.kind_of(key)
        return self.text(value) if kind is None else self.stand_in(kind, value)

    def stand_in(self, kind: str, value: str) -> str:
        """The stand-in of a value of this kind. A value that stays is scrubbed as by `text`."""
        return self.text(self.learn(kind, value), numbers=kind in self.keep)

    def json(
        self, data: Any, key: str = "", leave: Callable[[str, Any], bool] = lambda key, value: False
    ) -> Any:
        """JSON with texts scrubbed by the names of their members, except texts for which `leave` is
        true. Addresses in names of members are scrubbed, too.

        Inside a contact or a location, texts get that kind, except the text of a member whose name
        has a kind or begins with "@". Texts that are items of a list get that kind, whatever the
        list is called.
        """
        if isinstance(data, Mapping):
            return {
                self._name(name): self._member(name, value, key, leave)
                for name, value in data.items()
            }
        if isinstance(data, (list, tuple)):
            return [self.json(value, key, leave) for value in data]
        if _is_number(data) and len(str(data)) >= private_patterns.LONG_NUMBER:
            return self._learned.get(str(data), data)
        return self.value(key, data) if isinstance(data, str) and not leave(key, data) else data

    def _member(self, name: str, value: Any, parent: str, leave: Callable[[str, Any], bool]) -> Any:
        """The scrubbed value of a member `name` inside the member `parent`."""
        if private_patterns.POSITION.search(name) and _is_number(value):
            return self._nowhere(value)
        is_serial = private_patterns.kind_of(name) == SERIALS and SERIALS not in self.keep
        if is_serial and _is_number(value):
            return self.value(name, str(value))
        is_of_parent = private_patterns.kind_of(parent) in (CONTACTS, LOCATIONS) and not _decides(
            name, value
        )
        return self.json(value, parent if is_of_parent else name, leave)

    def _nowhere(self, number: Union[int, float]) -> Union[int, float]:
        """0 in place of a number that tells a place."""
        return number if LOCATIONS in self.keep else type(number)(0)

    def _name(self, name: str) -> str:
        """The name of a JSON member without the login and without addresses."""
        name = self._replace_login(name)
        return name if ADDRESSES in self.keep else self._replace_addresses(name)

    def arcs(self, index: Sequence[int], addresses: bool = True) -> tuple[int, ...]:
        """The index of an SNMP row, scrubbed: some MIBs spell an address or a name in it, one octet
        in each arc.

        Without `addresses`, arcs are never taken for an address: only names and secrets are sought.
        """
        # Each arc becomes one letter of a text. All large arcs become the same letter, which no
        # text contains.
        large = iter([arc for arc in index if arc >= private_patterns.LETTERS])
        index_text = "".join(chr(min(arc, private_patterns.LETTERS)) for arc in index)
        if addresses and ADDRESSES not in self.keep:
            index_text = private_patterns.INET.sub(self._inet, index_text)
            index_text = private_patterns.SPELT.sub(self._spelt_address, index_text)
        for spelling, stand_in, is_address in self._spellings:
            if addresses or not is_address:
                index_text = index_text.replace(spelling, stand_in)
        return tuple(
            next(large) if ord(letter) == private_patterns.LETTERS else ord(letter)
            for letter in index_text
        )

    def _inet(self, match: re.Match[str]) -> str:
        """An InetAddress with its type and length.

        One that was not learned is replaced if it is private.
        """
        characters = match[1] or match[2]
        if max(characters) > "\xff":
            return match[0]
        octets = characters.encode("latin-1")
        if octets not in self.packed and not private_patterns.is_private_address(octets):
            return match[0]
        return match[0][:2] + self.octets(octets).decode("latin-1")

    def _spelt_address(self, match: re.Match[str]) -> str:
        size = ord(match[1]) if match[1] and ord(match[1]) < len(match[2]) else len(match[2])
        clean = self._replace_addresses(match[2][:size])
        length = chr(len(clean)) if match[1] and ord(match[1]) == size else match[1]
        return length + clean + match[2][size:]

    @functools.cached_property
    def _spellings(self) -> list[tuple[str, str, bool]]:
        """The forms of `_spellings` for all learned values, the longest first.

        `learn` discards them, like `_replaced_forms`.
        """
        forms: list[tuple[str, str, bool]] = []
        for value, stand_in in self._learned.items():
            forms += _spellings(value, stand_in, value in self._plain)
        return sorted(forms, key=lambda form: len(form[0]), reverse=True)

    @functools.cached_property
    def _replaced_forms(self) -> list[tuple[str, str]]:
        """The values that are replaced inside texts, each as (upper-case form, value), the longest
        first.
        """
        long = sorted(filter(_is_distinctive, self._learned), key=len, reverse=True)
        return [(value.upper(), value) for value in long]

    def _address(self, match: re.Match[str]) -> str:
        """What replaces a match that looks like an IP address: its stand-in, or the match itself if
        it is no address, a netmask, or four numbers that are rather a version: all of them small,
        or after a word such as "firmware". A learned address is never taken for a version.
        """
        text = match[0]
        if private_patterns.PADDED_ADDRESS.fullmatch(text):
            text = private_patterns.PADDING.sub("", text)
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return match[0]
        if address.version == 4 and text not in self._learned:
            arcs_are_small = max(address.packed) < private_patterns.DISTINCTIVE_ARC
            begin = max(0, match.start() - private_patterns.LONGEST_MARK)
            text_before = match.string[begin : match.start()]
            if private_patterns.VERSION.search(text_before) or (
                arcs_are_small and not address.is_private
            ):
                return match[0]
        stand_in = self.address(text)
        return match[0] if stand_in == text else stand_in  # what stays keeps its padding

    def address(self, address: str) -> str:
        """The stand-in of an IP address; a netmask stays."""
        return (
            address
            if private_patterns.is_netmask(ipaddress.ip_address(address))
            else self.learn(ADDRESSES, address)
        )

    def _stand_in(self, kind: str, value: str) -> str:
        """An IP address gets an IP address as its stand-in, whatever `kind` is: it may also occur
        in binary form.
        """
        is_of_digits = (
            kind == ADDRESSES and re.fullmatch(f"{private_patterns.HEX}{{12}}", value) is not None
        )
        if is_of_digits or private_patterns.MAC.fullmatch(value):
            plain = private_patterns.GAPS.sub("", value).lower()
            if bytes.fromhex(plain) in self._given_octets:
                return value
            digits = self._next_stand_in("mac", plain, "02{:010x}".format)
            self._learn_octets(bytes.fromhex(plain), bytes.fromhex(digits))
            return _format_like(value, digits)
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            if kind != ADDRESSES:
                return self._next_stand_in(kind, value, private_patterns.STAND_INS[kind].format)
            return self._next_stand_in("host", value.lower(), "host-{}.example".format)
        form = "2001:db8::{:x}".format if address.version == 6 else _ipv4_stand_in
        stand_in = self._next_stand_in(f"ipv{address.version}", str(address), form)
        self._learn_octets(address.packed, ipaddress.ip_address(stand_in).packed)
        return stand_in

    def _next_stand_in(self, kind: str, value: str, form: Callable[[int], str]) -> str:
        if (kind, value) not in self._stand_ins:
            self._counted[kind] += 1
            self._stand_ins[kind, value] = form(self._counted[kind])
        return self._stand_ins[kind, value]


# ---- what is replaced inside a text --------------------------------------------------------------

# scrubber, kind, text, numbers (see `Scrubber.text`) -> text
Change = Callable[[Scrubber, str, str, bool], str]


class _Rule(NamedTuple):
    """One row of `_RULES`."""

    #: what is replaced
    what: str
    #: its kind; a rule of a kind in `Scrubber.keep` is left out
    kind: str
    change: Change

    def apply(self, scrubber: Scrubber, text: str, numbers: bool) -> str:
        return self.change(scrubber, self.kind, text, numbers)


def _replacer(pattern: Pattern[str]) -> Change:
    """Replaces each match by its stand-in, or what its group `value` found at its end."""
    has_value = "value" in pattern.groupindex

    def change(scrubber: Scrubber, kind: str, text: str, numbers: bool) -> str:
        def put(match: re.Match[str]) -> str:
            value = (match["value"] if has_value else None) or match[0]
            return match[0][: -len(value)] + scrubber.learn(kind, value)

        return pattern.sub(put, text)

    return change


def _each_unless_digits(pattern: Pattern[str]) -> Change:
    """Like `_replacer`, but a text of digits alone stays: it may be a figure."""
    replace_each = _replacer(pattern)
    return lambda scrubber, kind, text, numbers: (
        text if text.strip().isdigit() else replace_each(scrubber, kind, text, numbers)
    )


def _replace_whole(pattern: Pattern[str]) -> Change:
    """Replaces a text that matches as a whole, unless it may be a figure."""

    def change(scrubber: Scrubber, kind: str, text: str, numbers: bool) -> str:
        is_private = not numbers and pattern.fullmatch(text.strip()) is not None
        return scrubber.learn(kind, text) if is_private else text

    return change


def _put(pattern: Pattern[str], put: Callable[[Scrubber, re.Match[str]], str]) -> Change:
    """Replaces each match by the result of `put`."""
    return lambda scrubber, kind, text, numbers: pattern.sub(functools.partial(put, scrubber), text)


def _text_change(change: Callable[[Scrubber, str], str]) -> Change:
    """A change of the text alone, whatever its kind: of what was learned before, in other forms."""
    return lambda scrubber, kind, text, numbers: change(scrubber, text)


# The order counts: what one rule replaces, the next ones do not see. A new form of private data
# needs a row here.
_ADDRESS_RULES = (
    _Rule("an SNMP engine ID", ADDRESSES, _put(private_patterns.ENGINE, Scrubber._engine)),
    _Rule(
        "the digits of a learned address", ADDRESSES, _text_change(Scrubber._replace_loose_digits)
    ),
    _Rule("a MAC address", ADDRESSES, _replacer(private_patterns.MAC)),
    _Rule(
        "a MAC address without leading zeros",
        ADDRESSES,
        _put(private_patterns.SHORT_MAC, Scrubber._short_mac),
    ),
    _Rule("an IPv4 address", ADDRESSES, _put(private_patterns.IPV4, Scrubber._address)),
    _Rule("an IPv6 address", ADDRESSES, _put(private_patterns.IPV6, Scrubber._address)),
)
_RULES = (
    _Rule(
        "the digits of a learned telephone number",
        CONTACTS,
        _text_change(Scrubber._replace_learned_phones),
    ),
    _Rule("a telephone number", CONTACTS, _replacer(private_patterns.PHONE)),
    _Rule("a place", LOCATIONS, _replacer(private_patterns.PLACE)),
    _Rule("a number of degrees", LOCATIONS, _replace_whole(private_patterns.DEGREE)),
    _Rule("a mail address", ADDRESSES, _replacer(private_patterns.MAIL)),
    *_ADDRESS_RULES,
    _Rule(
        "what follows the word serial number",
        SERIALS,
        _replacer(private_patterns.LABELLED_SERIAL),
    ),
    _Rule("capitals and digits", SERIALS, _each_unless_digits(private_patterns.SERIAL)),
    _Rule("a long number", SERIALS, _replace_whole(private_patterns.NUMBER)),
)


def _is_telling(secret: str) -> bool:
    """Whether a secret of the login is sought alone: see `Scrubber._plain`."""
    is_mixed = (
        len(secret) > private_patterns.SHORTEST and not secret.isalpha() and not secret.isdigit()
    )
    return is_mixed or _is_distinctive(secret)


@functools.lru_cache(maxsize=65536)
def _is_distinctive(value: str) -> bool:
    """Whether a learned value is unlikely to be a state, a figure or a common word."""
    if value.isdigit() and len(value) >= private_patterns.LONG_NUMBER:
        return True
    return len(value) >= private_patterns.SHORTEST and not has_only_generic_words(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _decides(name: str, value: Any) -> bool:
    """Whether the name of this member decides the kind of its value also inside a contact or a
    location.
    """
    if not isinstance(value, str):
        return False
    return private_patterns.kind_of(name) is not None or name.startswith("@")


def _ipv4_stand_in(number: int) -> str:
    networks = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
    network, host_index = divmod(number - 1, 254)
    if network < len(networks):
        return f"{networks[network]}.{host_index + 1}"
    network, host_index = divmod(number - 254 * len(networks) - 1, 254)
    return f"198.{18 + network // 256 % 2}.{network % 256}.{host_index + 1}"  # 198.18.0.0/15


def _format_like(template: Union[str, re.Match[str]], digits: str) -> str:
    """These hex digits in the places of those in `template`, and in its case."""
    text = template if isinstance(template, str) else template[0]
    put = iter(digits.upper() if text.upper() == text != text.lower() else digits)
    return re.sub(private_patterns.HEX, lambda _: next(put), text)


def _spellings(value: str, stand_in: str, is_secret: bool) -> Iterable[tuple[str, str, bool]]:
    """The forms in which an index may spell a value, each with the same form of its stand-in, and
    whether they are the octets of an address.
    """
    try:
        address_octets, packed_stand_in = (
            ipaddress.ip_address(value).packed,
            ipaddress.ip_address(stand_in).packed,
        )
        if (
            max(address_octets) >= private_patterns.DISTINCTIVE_ARC
        ):  # many OIDs end with small arcs such as 1.1.1.1
            yield "".join(map(chr, address_octets)), "".join(map(chr, packed_stand_in)), True
    except ValueError:
        pass
    # the stand-in of a MAC address
    if re.fullmatch("02[0-9a-f]{10}", re.sub("[ :.-]", "", stand_in)):
        yield _octets(value), _octets(stand_in), True
    is_distinctive = len(value) > private_patterns.SHORTEST and _is_distinctive(value)
    if is_secret or is_distinctive:
        # as in an SnmpAdminString (RFC 3411, 5)
        octets = value.encode("utf-8", "backslashreplace").decode("latin-1")
        for spelling in dict.fromkeys((octets, value)):
            # the length, then the text
            yield chr(len(spelling)) + spelling, chr(len(stand_in)) + stand_in, False
            # IMPLIED, or of fixed size: without the length (RFC 2578, 7.7)
            yield spelling, stand_in, False


def _octets(mac: str) -> str:
    """The octets of a MAC address as one letter each."""
    return bytes.fromhex(re.sub("[^0-9A-Fa-f]", "", mac)).decode("latin-1")
