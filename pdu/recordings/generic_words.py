"""Generic words, which are not taken for names: states, units, parts of a PDU and other common
words. They stay in a recording, because they say nothing about its owner.
"""

from __future__ import annotations

import re

_WORDS = frozenset(
    """
on off open closed close enabled enable disabled disable normal ok okay good bad fault failed
failure fail error alarm warning critical minor major unknown other none null na no yes true false
active inactive idle standby present absent missing available unavailable connected disconnected
online offline up down start stop started stopped ready busy pending locked unlocked tripped blown
whole reboot rebooting restart cycle delayed delay immediate immediately cancel power powered
always never last previous restore state status value high low over under upper lower above below
max min maximum minimum peak nominal rated limit threshold overload near not inc unit units volt
volts voltage amp amps ampere amperes current currents watt watts kilowatt hour hours energy load
apparent reactive real factor frequency hz kwh wh kw kva kvar va var mva ma percent temp
temperature humidity celsius fahrenheit outlet outlets socket sockets plug plugs port ports relay
relays channel channels bank banks branch breaker breakers circuit circuits phase phases line
lines neutral inlet inlets input inputs output outputs feed infeed source sources main mains group
groups cord tower sensor sensors probe door smoke water leak contact dry meter metered switched
switch switchable pdu pdus rpdu epdu ups ats rack strip device devices module modules slot master
slave controller system network server client host agent manager monitor management serial number
name label description type model version hardware software firmware revision date time uptime
address mac ip id index count total sum average all single two three one zero left right front
rear top bottom a b c l n pe ac dc default public config configuration setting settings user admin
administrator read write only access mode auto manual information info notice event log trap traps
http https ssh snmp ftp telnet dhcp dns ntp ping test demo monday tuesday wednesday thursday
friday saturday sunday jan feb mar apr may jun jul aug sep oct nov dec january february march
april june july august september october november december secret example location room interface
eth can loopback ethernet memory physical virtual buffers cached shared swap space support
supported unsupported class product part vendor manufacturer the of to in for by with and or is at
per from set reset energized energised deenergized deenergised shed shedding suspended cycling
redfish link cascade bulk powerequipment powerdistribution rackpdu rackpdus floorpdu floorpdus
transferswitch transferswitches powershelf powershelves electricalbus electricalbuses switchgear
branches feeders subfeeds outletgroups metrics chassis
html head body table tbody thead tr td th tt br hr div span form select option button script style
meta title img ul ol li href src width height align class xml response result json text cdata
doctype charset utf encoding list item items key keys data entry entries """.split()
)
# letters and digits; "rack 12" has two
_WORD = re.compile(r"[^\W_]+")
_DIGITS = "0123456789"
_MOST_DIGITS = 6  # of a text; more may be a serial number, an address or a telephone number
_MOST_LETTERS = 4  # single letters of a text, such as those of "L1 L2 L3"; more may be an address
# states of a row of outlets: 1,0,1,1
_STATES = re.compile(r"[0-9](?:[,; ][0-9])*|[01]+")
_ADDRESS = re.compile(
    r"[0-9]\.[0-9]+\.[0-9]|:[^:]*:[^:]*:|::|(?:\b[0-9A-F]{1,2}-){5}|(?:\b[0-9A-F]{2}[. ]){5}",
    re.IGNORECASE,
)


def is_generic_name(name: str) -> bool:
    """Whether the name of a JSON member says nothing about an owner: its parts are generic words.

    >>> is_generic_name("apparentPower"), is_generic_name("relay_1"), is_generic_name("nordRelay")
    (True, True, False)
    """
    words = re.sub("(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ")
    return has_only_generic_words(words)


def has_only_generic_words(text: str) -> bool:
    """Whether a text says nothing about an owner: it holds only numbers and generic words. A text
    with an address or with more than 6 digits, which may be a serial number, does not.

    >>> has_only_generic_words("Outlet 3: on"), has_only_generic_words("230.5 V")
    (True, True)
    >>> has_only_generic_words("db-master"), has_only_generic_words("outlet 3426050")
    (False, False)
    """
    if _STATES.fullmatch(text):
        return True
    if _ADDRESS.search(text):
        return False
    digits = [character for character in text if character.isdigit()]
    words = [word.strip(_DIGITS).lower() for word in _WORD.findall(text)]
    letters = [word for word in words if len(word) == 1]
    if len(digits) > _MOST_DIGITS or len(letters) > _MOST_LETTERS:
        return False
    return all(map(_is_generic_word, words))


def _is_generic_word(word: str) -> bool:
    """Whether a word, without the digits around it, is generic: in _WORDS, one letter or empty."""
    is_letter = len(word) <= 1 and word.isascii()
    return is_letter or word in _WORDS
