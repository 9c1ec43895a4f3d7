"""Which PDUs that a search found the owner's list lacks, and their lines in it."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable, Mapping, Sequence

from handlers import registry

from ..network import hosts
from ..pdu_list import addition
from ..pdu_list.listed_pdu import ListedPdu, Place, place_of
from ..pdu_list.logins import DeviceLogin


def add_new_pdus(
    files: addition.NewPdu,
    pdus: Iterable[ListedPdu],
    login: DeviceLogin,
    secret_paths: Mapping[str, str],
) -> Sequence[ListedPdu]:
    """Append the PDUs that the list lacks, those over SNMP with this login unless they name one.
    Returns them as they are listed. Raises SettingsError.
    """
    listed_pdus = addition.listed_pdus(files)
    names = {pdu.name for pdu in listed_pdus}
    no_login = DeviceLogin("", {}, {})
    new_pdus: list[ListedPdu] = []
    for pdu in pdus_not_listed(pdus, listed_pdus):
        name = _free_name(pdu, names)
        names.add(name)
        needs_login = pdu.handler == "snmp" and not pdu.auth
        own_login = login if needs_login else no_login
        new_pdu = addition.add_listed(files, pdu._replace(name=name), own_login, secret_paths)
        new_pdus.append(new_pdu)
    return new_pdus


def pdus_not_listed(pdus: Iterable[ListedPdu], listed_pdus: Iterable[ListedPdu]) -> list[ListedPdu]:
    """The PDUs at whose place the list has none."""
    listed_places: list[Place] = []
    for pdu in listed_pdus:
        place = place_of(pdu)
        listed_places += [place._replace(host=host) for host in _addresses(place.host)]
    new_pdus: list[ListedPdu] = []
    for pdu in pdus:
        place = place_of(pdu)
        if not any(_is_same_unit(place, listed_place) for listed_place in listed_places):
            new_pdus.append(pdu)
    return new_pdus


def _is_same_unit(place: Place, other: Place) -> bool:
    """Whether two places are of one unit. At one host, two ports are two units if one handler reads
    both; the ports of two handlers always differ.
    """
    if place.host != other.host:
        return False
    return place.handler != other.handler or place.port == other.port


def _addresses(host: str) -> Sequence[str]:
    """The host, and the addresses of a name, as far as the name server knows them."""
    if hosts.is_ip(host):
        return [host]
    try:
        answers = socket.getaddrinfo(host, None, proto=socket.IPPROTO_UDP)
    except (OSError, UnicodeError):
        return [host]
    return [host, *(hosts.one_spelling(str(address[0])) for *_, address in answers)]


def _free_name(pdu: ListedPdu, names: Collection[str]) -> str:
    """Its name; with its address if another PDU or a handler has it."""
    if pdu.name in names or registry.is_handler(pdu.name):
        return f"{pdu.name} {pdu.address}"
    return pdu.name
