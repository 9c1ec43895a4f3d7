"""Words that are not taken for names: states, units, parts of a PDU and other common words."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
branches feeders subfeeds outletgroups metrics chassis """.split()
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_DIGITS = "0123456789"
# a term or a letter with at least 7 digits around it may be a serial number: A1234567
_SERIAL = 7
# too short to be a name: at most 4 characters, and at most 2 without outer digits (AB12, X1)
_SHORT = 2


def parts(text: str) -> Iterator[re.Match[str]]:
    """The words of a text: runs of letters and digits."""
    return _WORD.finditer(text)


def is_generic_word(word: str) -> bool:
    """Whether a word is a number, a technical term or a single letter, or is too short to be a
    name.

    Up to 6 digits may surround a term or a letter.
    """
    is_short = len(word.strip(_DIGITS)) <= _SHORT and len(word) <= 2 * _SHORT
    return is_short or _is_known(word)


def has_only_generic_words(text: str) -> bool:
    """Whether a name consists only of numbers, technical terms and single letters.

    Up to 6 digits may surround each term or letter.
    """
    return all(_is_known(part[0]) for part in parts(text))


def _is_known(word: str) -> bool:
    letters = word.strip(_DIGITS)
    is_serial = bool(letters) and len(word) - len(letters) >= _SERIAL
    is_term = len(letters) <= 1 or letters.lower() in _WORDS
    return is_term and not is_serial
