"""Replaces in a recording what could identify the owner of the device.

A recording keeps what its handler reads, and words that say nothing about an owner: numbers, states
and technical terms (`generic_words`). **Every other text is replaced whole, whatever it looks
like** (`Scrubber.scrub_free_text`). What looks private is sought only in the few texts that are
kept (`Scrubber.scrub_kept_text`): the login, names that were learned, addresses and serial numbers.

stand-in    what is put in the place of a value: name-1, serial-2, secret-1; equal values get equal
            ones. Those of addresses are reserved for documentation (RFC 5737, RFC 3849) or locally
            administered: 192.0.2.1
kind        of a value: secrets, contacts, locations, names, serials or addresses
free text   one that the handler does not read
kept text   one that it reads, or that says which product it is
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Callable, Optional, TypeVar, Union

from handlers.http import login
from handlers.shared.address import Address

from .generic_words import has_only_generic_words

G = TypeVar("G", bound=Hashable)
T = TypeVar("T")

# Kinds of values, and their stand-ins
SERIALS, ADDRESSES, NAMES = "serials", "addresses", "names"
CONTACTS, LOCATIONS, SECRETS = "contacts", "locations", "secrets"
_STAND_INS: Mapping[str, str] = {
    SERIALS: "serial-{}",
    NAMES: "name-{}",
    CONTACTS: "contact-{}",
    LOCATIONS: "location-{}",
    SECRETS: "secret-{}",
    ADDRESSES: "host-{}.example",
    "mac": "02{:010x}",
    "ipv6": "2001:db8::{:x}",
}
ANY_TEXT = "any"  # stands for any secret
# kinds whose values get stand-ins even if they hold only numbers and common words, as a telephone
# number and a first name that is a month do
PRIVATE_KINDS = frozenset({SECRETS, CONTACTS, LOCATIONS})
_SHORTEST = 3  # characters of a value that is replaced inside texts
#: digits of a number that may be a serial number
LONG_NUMBER = 7
_HEX = "[0-9A-Fa-f]"
_MAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MAC = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_HEX}{{1,2}}(?:[:-]{_HEX}{{1,2}}){{5}}(?![:-]{_HEX})"
    rf"|(?<!\b{_HEX}{{2}} ){_HEX}{{2}}(?: {_HEX}{{2}}){{5}}(?! ?[0-9A-Za-z])"
    rf"|(?=[0-9.]{{0,13}}[A-Fa-f]){_HEX}{{4}}(?:\.{_HEX}{{4}}){{2}}|(?=[0-9]{{0,11}}[a-f])(?=[a-f]{{0,11}}[0-9])[0-9a-f]{{12}})"
    r"(?![0-9A-Za-z])"
)
_IPV4 = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9])")
_IPV6 = re.compile(
    rf"(?<![0-9A-Za-z:])(?={_HEX}*:{_HEX}*:)[0-9A-Fa-f:]{{4,39}}(?![0-9A-Za-z:]|\.[0-9])"
)
# members whose text says what product it is
_PRODUCT = re.compile(r"manufacturer|mfr$|vendor|model|firmware|version|revision", re.IGNORECASE)
# members whose text is a secret, or derived from one
_SECRET = re.compile(
    r"passw|passphrase|passcode|secret|communit|token|[cx]srf|credential|cookie|jwt|bearer|keytab|secname|usbuser|nonce$"
    r"|(^|[._])(auth|priv)(pass|key|protocol_pass)|(?<!hot)keys?(chain|string|value|data)?$"
    r"|licen[cs]e_?(string|data|code)|authori[sz]ation(code)?$|https?headers?$"
    r"|(certificate|signature)string$|(door|unlock|access|login|security)_?code$"
    # also as user_pass, pin1, pinCode and userPin
    r"|((^|[._])(psk|pin|puk|otp|pass|pwd)"
    r"|(?-i:(?<=[a-z0-9])(Psk|PSK|Pin|PIN|Puk|PUK|Otp|OTP|Pass|Pwd|Pw)))[._]?(code|[0-9]+)?$"
    # of an HTTP session
    r"|^(x-auth|(x-)?(sid|pw|pwd|(php|j|asp)?sess(ion)?[._-]?(id|key)?))$",
    re.IGNORECASE,
)
# members that tell a place or a person; a Shelly tells its place as lat and lon
_PLACE = re.compile(
    r"latitude|longitude|altitude|(^|[._])(lat|lon|lng|zip|(sys)?location)$|post(al)?_?code$",
    re.IGNORECASE,
)
# not of a dry contact; NUT has device.contact
_CONTACT = re.compile(r"phone|mobile|(^|[._])(tel|fax)$|(device[._]|sys)contact$", re.IGNORECASE)
# four numbers after such a word are a version; a short word is one of its own, as in fwVer and not
# in server, driver and dev
_VERSION = re.compile(
    r"(?:version|revision|firmware|release|(?<![a-z])(?:[fhs]w)?(?:ver|rev|v)|(?<![a-z])fw"
    r"|(?-i:(?<=[a-z0-9])(?:Ver|Rev|Fw|FW)))\W{0,3}$",
    re.IGNORECASE,
)
_SERIAL = re.compile(
    r"\b(?:serial(?:\s*(?:number|no\.?|#))?|s/n|sn)[\s:=#-]+(?=[A-Za-z-]{0,40}[0-9])"
    r"(?P<labelled>[A-Za-z0-9][A-Za-z0-9-]{2,})"
    r"|\b(?<![MP]N:)(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{9,}\b",  # not a model's number
    re.IGNORECASE,
)


class Scrubber:
    """Values and their stand-ins: `_stand_in_by_value` has those of all values so far by kind and
    value, `_stand_ins` all that were given, `_stand_in_by_word` those of the values that `learn`
    got, which are also sought inside texts. `_secrets` are the login's, the longest first.

    `secrets`, `user` and `host` belong to the login. `host` may include a port.

    >>> scrubber = Scrubber(secrets=["Zq01-Sesam"], user="mustermann", host="10.77.41.9:8080")
    >>> scrubber.scrub_kept_text("mustermann logged in at 10.77.41.9 with Zq01-Sesam")
    'name-1 logged in at 192.0.2.1 with secret-1'
    """

    def __init__(
        self,
        secrets: Iterable[Optional[str]] = (),
        user: Optional[str] = None,
        host: str = "",
    ) -> None:
        """Learn the login: these secrets, the user's name and the device's address. A secret that
        is a common word or a short number is left out, because it may be a state or a figure.
        """
        self._stand_in_by_value: dict[tuple[str, str], str] = {}  # by kind and value
        self._stand_ins: set[str] = set()
        self._count_by_kind: Counter[str] = Counter()
        # texts that stay, so that no new stand-in is one of them
        self._generic_texts: set[str] = set()
        # values that are also sought in the texts that are kept -> stand-in
        self._stand_in_by_word: dict[str, str] = {}
        bare_secrets = {secret.strip() for secret in secrets if secret} - {ANY_TEXT}
        self._secrets = longest_first(filter(is_distinctive, bare_secrets))
        self._secret_forms = _forms_of(self._secrets, user)
        self._holds_login: dict[str, bool] = {}
        self.learn(NAMES, user or "")
        self.learn(ADDRESSES, Address(host).host)

    def learn(self, kind: str, value: str) -> str:
        """The stand-in of a value of this kind, which from now on is also replaced inside texts, in
        any case of its letters; of the name of a host, its first part too. A value of common words
        stays, and is returned itself.

        >>> scrubber = Scrubber()
        >>> scrubber.learn(NAMES, "Rack-Schmidt"), scrubber.scrub_kept_text("see rack-schmidt")
        ('name-1', 'see name-1')
        """
        stand_in = self.scrub_free_text(value, kind)
        bare_value = value.strip()
        if stand_in != value and len(bare_value) > _SHORTEST:
            self._stand_in_by_word[bare_value.casefold()] = self._stand_in(kind, bare_value)
        host_name = re.fullmatch(r"([A-Za-z0-9-]+)(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", bare_value)
        if host_name:
            self.learn(NAMES, host_name[1])
        return stand_in

    def scrub_free_text(self, text: str, kind: str = NAMES) -> str:
        """A text that the handler does not read, with a stand-in of this kind in its place; the
        blanks around it stay. A text of numbers and common words stays, unless the kind is one of
        PRIVATE_KINDS.

        >>> scrubber = Scrubber()
        >>> [scrubber.scrub_free_text(text) for text in ("Outlet 3", " db-master ", "db-master")]
        ['Outlet 3', ' name-1 ', 'name-1']
        >>> scrubber.scrub_free_text("555 123", CONTACTS)
        'contact-1'
        """
        bare_text = text.strip("\0 \r\n\t")
        if not bare_text:
            return text
        may_stay = not self.holds_login(text)
        is_generic = kind not in PRIVATE_KINDS and has_only_generic_words(bare_text)
        # a text such as "name-1" that is a stand-in already would be taken for what that replaces
        if may_stay and is_generic and bare_text not in self._stand_ins:
            self._generic_texts.add(bare_text)
            return text
        return text.replace(bare_text, self._stand_in(kind, bare_text, is_whole=True))

    def scrub_kept_text(self, text: str, name: str = "") -> str:
        """A text that the handler reads, with stand-ins inside it for the login, for learned
        values, addresses and serial numbers. `name`: of its member or variable, "" for none, by
        which 4.0.21.5 is a version and not an address.

        >>> Scrubber().scrub_kept_text("APC s/n: ZA1234E00001 at 10.77.5.9")
        'APC s/n: serial-1 at 192.0.2.1'
        >>> Scrubber().scrub_kept_text("4.0.21.5", name="firmware")
        '4.0.21.5'
        """
        text = self.scrub_addresses(self.scrub_known_values(text), name)
        return _SERIAL.sub(self._scrubbed_serial, text)

    def scrub_addresses(self, text: str, name: str = "") -> str:
        """A text with stand-ins for mail, MAC and IP addresses. `name`: of its member or variable,
        "" for none, by which 4.0.21.5 is a version and not an address.

        >>> Scrubber().scrub_addresses("00:1b:c0:41:5e:7f noc@kunde.example")
        '02:00:00:00:00:01 host-1.example'
        >>> Scrubber().scrub_addresses("10.77.5.9"), Scrubber().scrub_addresses("4.0.21.5", "fw")
        ('192.0.2.1', '4.0.21.5')
        """
        text = _MAIL.sub(lambda match: self._stand_in(ADDRESSES, match[0]), text)
        text = _MAC.sub(self._stand_in_of_mac, text)
        text = _IPV4.sub(functools.partial(self._stand_in_of_ip, name), text)
        return _IPV6.sub(functools.partial(self._stand_in_of_ip, name), text)

    def scrub_known_values(self, text: str) -> str:
        """A text with stand-ins for the secrets of the login and for the values that were learned.
        A text that holds a secret in another form, such as Base64, is replaced whole.

        >>> scrubber = Scrubber(secrets=["Zq01-Sesam"])
        >>> scrubber.scrub_known_values("pw=Zq01-Sesam&n=1")
        'pw=secret-1&n=1'
        >>> scrubber.scrub_known_values("pw=WnEwMS1TZXNhbQ==")  # Zq01-Sesam in Base64
        'secret-1'
        """
        lower_text = text.casefold()
        for secret in self._secrets:
            if secret.casefold() not in lower_text:
                continue
            stand_in_text = self._stand_in(SECRETS, secret)
            text = re.sub(re.escape(secret), stand_in_text, text, flags=re.IGNORECASE)
        if self.holds_login(text):
            # which of the secrets is not known, and any stand-in of a secret will do
            return self._stand_in(SECRETS, self._secrets[0])
        lower_text = text.casefold()
        for value, stand_in in self._stand_in_by_word.items():
            if value in lower_text:
                whole_word = rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])"
                text = re.sub(whole_word, stand_in, text, flags=re.IGNORECASE)
        return text

    def stand_in_of_serial(self, number: str) -> str:
        """The stand-in of a serial number: "serial-1"."""
        return self._stand_in(SERIALS, number)

    def holds_login(self, text: str) -> bool:
        """Whether the text holds a secret of the login: as it is, escaped, or in Base64.

        >>> scrubber = Scrubber(secrets=["Zq01+Sesam"])
        >>> scrubber.holds_login("pw=Zq01%2BSesam"), scrubber.holds_login("pw=on")
        (True, False)
        """
        # remembered: a recording is scrubbed again and again, until it is known what of it is read
        if text not in self._holds_login:
            self._holds_login[text] = login.holds(text, self._secret_forms)
        return self._holds_login[text]

    def with_stand_ins_as(self, word: str, text: str) -> str:
        """The text with `word` in the place of each stand-in that this scrubber gave.

        >>> scrubber = Scrubber(secrets=["Zq01-Sesam"])
        >>> scrubber.with_stand_ins_as("{any}", scrubber.scrub_known_values("pw=Zq01-Sesam"))
        'pw={any}'
        """
        for stand_in in longest_first(self._stand_ins):
            text = text.replace(stand_in, word)
        return text

    def is_stand_in(self, text: str) -> bool:
        """Whether a text is a stand-in that this scrubber gave, or "any".

        >>> Scrubber(user="mustermann").is_stand_in("name-1"), Scrubber().is_stand_in("name-1")
        (True, False)
        """
        return text == ANY_TEXT or text in self._stand_ins

    def scrub_address(self, address: str) -> str:
        """The stand-in of an IP address; the address itself if it is a netmask, or one that all
        devices have (127.0.0.1, 0.0.0.0). Raises ValueError for a text that is no IP address.

        >>> Scrubber().scrub_address("10.77.5.9"), Scrubber().scrub_address("255.255.255.0")
        ('192.0.2.1', '255.255.255.0')
        """
        value = ipaddress.ip_address(address)
        if value.is_unspecified or value.is_loopback or _is_netmask(value):
            return address
        return self._stand_in(f"ipv{value.version}", str(value))

    def scrub_json(
        self,
        data: Any,
        is_kept: Callable[[str, Any], bool],
        scrub_name: Optional[Callable[[str], str]] = None,
        key: str = "",
    ) -> Any:
        """A copy of JSON with stand-ins for its texts, and 0 for what may be a serial number.

        `is_kept(name, value)`: whether a text or a number is one that the handler reads, of which
        only what looks private is replaced. `scrub_name(name)`: the new name of a member; None for
        names of which only what looks private is replaced. `key`: the name of the member that has
        `data`, "" for a whole document.

        >>> data = {"owner": "Schmidt", "state": "Live", "serial": 34260505}
        >>> Scrubber().scrub_json(data, lambda name, value: name == "state")
        {'owner': 'name-1', 'state': 'Live', 'serial': 0}
        """
        if isinstance(data, Mapping):
            members: dict[str, Any] = {}
            for name, value in data.items():
                new_name = scrub_name(name) if scrub_name else self.scrub_kept_text(name)
                members[new_name] = self.scrub_json(value, is_kept, scrub_name, name)
            return members
        if isinstance(data, (list, tuple)):
            return [self.scrub_json(value, is_kept, scrub_name, key) for value in data]
        is_text = isinstance(data, str)
        if is_kept(key, data):
            return self.scrub_kept_text(data, key) if is_text else data
        return self.scrub_free_text(data, kind_of(key)) if is_text else self.scrub_number(data, key)

    def scrub_number(self, data: Any, name: str) -> Any:
        """A number that the handler does not read, of the member of this name: 0 if the name is
        that of a secret, location or contact, or if the number may be a serial number, that is a
        whole one of 7 digits or more. Other numbers stay, and true, false and null.

        >>> [Scrubber().scrub_number(value, "count") for value in (12, 34260505, 231.234567, True)]
        [12, 0, 231.234567, True]
        >>> Scrubber().scrub_number(8351, "pin")
        0
        """
        if not isinstance(data, (int, float)) or isinstance(data, bool):
            return data
        is_private = kind_of(name) in PRIVATE_KINDS
        digits = re.sub("[^0-9]", "", str(data))
        has_fraction = data != int(data)  # which a serial number has not
        is_serial = len(digits) >= LONG_NUMBER and not has_fraction
        return type(data)(0) if is_private or is_serial else data

    def _stand_in_of_ip(self, name: str, match: re.Match[str]) -> str:
        """The text for one match of _IPV4 or _IPV6 in the text of a member or variable, `name`: a
        stand-in; but a version and what is no address stay.

        >>> Scrubber().scrub_addresses("at 10.77.5.9, not 999.1.1.1, firmware 4.0.21.5")
        'at 192.0.2.1, not 999.1.1.1, firmware 4.0.21.5'
        """
        text = match[0]
        is_ipv4 = "." in text
        # without leading zeros, which Python refuses
        address = re.sub(r"(?<![0-9])0{1,2}(?=[0-9])", "", text) if is_ipv4 else text
        try:
            stand_in = self.scrub_address(address)
        except ValueError:
            return text
        if stand_in == address:
            return text
        text_before = f"{name}:{match.string[: match.start()]}"
        is_version = is_ipv4 and _VERSION.search(text_before[-20:]) is not None
        return text if is_version else stand_in

    def _stand_in_of_mac(self, match: re.Match[str]) -> str:
        """The text for one match of _MAC: a stand-in, with its digits in the same groups. Six
        single digits, as in 1:0:1:1:0:1, may be states and stay.

        >>> Scrubber().scrub_addresses("00-1b-c0-41-5e-7f 001b.c041.5e80 1:0:1:1:0:1")
        '02-00-00-00-00-01 0200.0000.0002 1:0:1:1:0:1'
        """
        text = match[0]
        groups = re.split("[:. -]", text)
        has_letter = re.search("[a-f]", text, re.IGNORECASE) is not None
        if not has_letter and all(len(group) == 1 for group in groups):
            return text
        if len(groups) == 6:
            groups = [group.zfill(2) for group in groups]
        digits = "".join(groups)
        stand_in = self._stand_in("mac", digits.lower())
        size = len(digits) // len(groups)
        new_groups = [stand_in[begin : begin + size] for begin in range(0, len(digits), size)]
        separator = re.search("[:. -]", text)
        return separator[0].join(new_groups) if separator is not None else stand_in

    def _scrubbed_serial(self, match: re.Match[str]) -> str:
        """The text for one match of _SERIAL: a stand-in, behind the label ("s/n: ") if it has one.
        Without a label, a word with small letters stays.

        >>> Scrubber().scrub_kept_text("SN: 34260505, unit PK65860010, pk65860010")
        'SN: serial-1, unit serial-2, pk65860010'
        """
        text = match[0]
        number = match["labelled"]
        if number:
            label = text.removesuffix(number)
            return f"{label}{self._stand_in(SERIALS, number)}"
        if text != text.upper():
            return text
        return self._stand_in(SERIALS, text)

    def _stand_in(self, kind: str, value: str, *, is_whole: bool = False) -> str:
        """The stand-in of a value of this kind: the one that it had before, or a new one.
        `is_whole`: the value is a whole text of the device, and gets a stand-in even if it looks
        like one ("name-2"); a part of a text that looks like one was put there, and stays.

        >>> scrubber = Scrubber()
        >>> [scrubber._stand_in(NAMES, name) for name in ("Schmidt", "Nord", "Schmidt", "name-2")]
        ['name-1', 'name-2', 'name-1', 'name-2']
        """
        if kind == ADDRESSES:
            try:
                return self.scrub_address(value)
            except ValueError:
                value = value.casefold()  # the name of a host
        if (kind, value) in self._stand_in_by_value:
            return self._stand_in_by_value[kind, value]
        if not is_whole and value in self._stand_ins:
            return value
        stand_in = self._new_stand_in(kind)
        self._stand_in_by_value[kind, value] = stand_in
        self._stand_ins.add(stand_in)
        return stand_in

    def _new_stand_in(self, kind: str) -> str:
        """The next stand-in of a kind, with the next number; one that a text of the recording
        already is, is left out.

        >>> scrubber = Scrubber()
        >>> [scrubber._new_stand_in(kind) for kind in (NAMES, NAMES, SECRETS)]
        ['name-1', 'name-2', 'secret-1']
        """
        while True:
            self._count_by_kind[kind] += 1
            number = self._count_by_kind[kind]
            if kind == "ipv4":
                stand_in = _ipv4_stand_in(number)
            else:
                stand_in = _STAND_INS[kind].format(number)
            if stand_in not in self._generic_texts:
                return stand_in


def longest_first(texts: Iterable[str]) -> list[str]:
    """The texts from the longest to the shortest, so that a text is replaced before its parts;
    those of one length in alphabetical order, so that each run gives the same stand-ins.

    >>> longest_first({"web", "db", "web-2"})
    ['web-2', 'web', 'db']
    """
    return sorted(texts, key=lambda text: (-len(text), text))


def _forms_of(secrets: Sequence[str], user: Optional[str]) -> login.SecretForms:
    """The texts by which a secret is recognised in another text: each of these secrets itself, in
    lower case, escaped as in addresses, HTML or JSON, and in Base64; and so the begin of
    `user:secret`, by which a cut header with a login is recognised.

    >>> forms = _forms_of(["Zq01+Sesam"], "admin")
    >>> {"zq01+sesam", "zq01%2bsesam", "admin:zq"} <= forms.in_lower_case
    True
    """
    # "" would be a user, too: the begin ":Zq" of `user:secret` is in many texts
    forms = [login.Login(user or None, secret).secret_forms for secret in secrets]
    return login.SecretForms(
        in_lower_case=frozenset().union(*(form.in_lower_case for form in forms)),
        in_base64=frozenset().union(*(form.in_base64 for form in forms)),
    )


@functools.lru_cache(maxsize=1024)  # an answer has the same few names again and again
def kind_of(name: str) -> str:
    """The kind of the value of a member or variable, by its name: secrets, locations, contacts, or
    else names.

    >>> kind_of("access_token"), kind_of("latitude"), kind_of("phone"), kind_of("outlet")
    ('secrets', 'locations', 'contacts', 'names')
    """
    if _SECRET.search(name):
        return SECRETS
    if _PLACE.search(name):
        return LOCATIONS
    return CONTACTS if _CONTACT.search(name) else NAMES


def is_product(name: str) -> bool:
    """Whether the value of a member or variable says what product it is, by its name, such as
    "firmware_version". A secret does not, such as "model_token".
    """
    return _PRODUCT.search(name) is not None and kind_of(name) != SECRETS


def replaceable_groups(
    groups: Sequence[G],
    known_replaceable: Collection[G],
    scrub: Callable[[Collection[G]], T],
    read_values: Callable[[T], object],
) -> set[G]:
    """The groups of values that can get stand-ins while the handler reads the same, together with
    those of `known_replaceable`. `scrub` makes the recording in which these groups have stand-ins,
    `read_values` is what the handler reads of it.

    Most groups can: all are tried at once, then halves of those that cannot, and so on.

    >>> def scrub(groups):
    ...     return {name: "name-1" if name in groups else "Live" for name in ("owner", "state")}
    >>> replaceable_groups(["owner", "state"], [], scrub, lambda recording: recording["state"])
    {'owner'}
    """
    replaceable = set(known_replaceable)
    values = read_values(scrub(replaceable))
    parts_to_try = [list(groups)]
    while parts_to_try:
        part = parts_to_try.pop()
        if part and read_values(scrub({*replaceable, *part})) == values:
            replaceable.update(part)
        elif len(part) > 1:
            middle = len(part) // 2
            parts_to_try += [part[middle:], part[:middle]]
    return replaceable


@functools.cache
def is_distinctive(secret: str) -> bool:
    """Whether a secret can be told from other texts, so that it is sought in them: it has 3
    characters or more, and is no common word and no number of up to 6 digits, which may be a state
    or a figure. Letters with digits or signs are no common word if there are 4 or more of them.

    >>> [is_distinctive(secret) for secret in ("Zq01", "on", "outlet", "230")]
    [True, False, False, False]
    """
    is_mixed = len(secret) > _SHORTEST and not secret.isalpha() and not secret.isdigit()
    return is_mixed or (len(secret) >= _SHORTEST and not has_only_generic_words(secret))


def _is_netmask(address: Union[ipaddress.IPv4Address, ipaddress.IPv6Address]) -> bool:
    """Whether this is a netmask of IPv4, such as 255.255.252.0.

    >>> _is_netmask(ipaddress.ip_address("255.255.252.0"))
    True
    >>> _is_netmask(ipaddress.ip_address("255.0.252.0"))
    False
    """
    if address.version != 4 or address.packed[0] != 255:
        return False
    bits = f"{int(address):032b}"
    return "01" not in bits  # ones, then zeros


def _ipv4_stand_in(number: int) -> str:
    """The stand-in of the IPv4 address with this number, from 1: the first 762 are addresses of
    documentation (RFC 5737), the next ones of tests, 198.18.0.0/15 (RFC 2544). Behind the last of
    these, the latter come again.

    >>> _ipv4_stand_in(1), _ipv4_stand_in(255), _ipv4_stand_in(763)
    ('192.0.2.1', '198.51.100.1', '198.18.0.1')
    """
    network_number, host_number = divmod(number - 1, 254)
    last_byte = host_number + 1
    networks = ("192.0.2", "198.51.100", "203.0.113")
    if network_number < len(networks):
        return f"{networks[network_number]}.{last_byte}"
    benchmark_number = (network_number - len(networks)) % (2 * 256)
    second_byte = 18 + benchmark_number // 256
    third_byte = benchmark_number % 256
    return f"198.{second_byte}.{third_byte}.{last_byte}"
