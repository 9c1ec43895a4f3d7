"""Which PDUs a client of the exporter may query: those of the list, and addresses in the exporter's
networks.

Without this rule, a client could make the exporter send its logins to any address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.http.message import PORTS
from handlers.shared.address import Address

from ..loading.handler_loading import LoadedHandler
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.logins import DeviceLogin, names
from ..reading.polling import Target
from .networks import Network

# usual ports; for other handlers those of HTTP
_USUAL: Mapping[str, Sequence[int]] = {"nut": (3493,), "snmp": (161,)}

_USUAL_PORT = ""
_ANY_HANDLER = ""
AddressAndPort = tuple[object, str]  # an IP address, and a port or _USUAL_PORT


class NotAllowed(ValueError):
    """A refused query.

    The text is a sentence for the client; `reason` is the label in the exporter's metrics.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class ProbeQuery(NamedTuple):
    """The parameters of /probe, "" for one that is not given."""

    target: str
    handler: str = ""
    auth: str = ""


class TargetPolicy:
    """What a query may ask for. A look-up costs the same for a list of any length."""

    def __init__(
        self,
        targets: Sequence[Target],
        networks: Sequence[Network],
        handlers: Mapping[str, LoadedHandler],
        auths: Mapping[str, DeviceLogin],
    ) -> None:
        """`targets`: the PDUs of the list. `networks`: where other PDUs may be queried; such a
        query names one of these `handlers` and one of these logins, `auths`.
        """
        #: the PDUs of the list
        self.targets = targets
        #: where other PDUs may be
        self.networks = networks
        #: a query for another PDU must name one of these
        self.handlers = handlers
        #: a query for another PDU must name one of these
        self.auths = auths
        self._targets_by_name: dict[str, list[Target]] = {}
        self._targets_by_address: dict[str, list[Target]] = {}
        # the place of each PDU, under its handler and under _ANY_HANDLER
        self._targets_by_place: dict[tuple[str, AddressAndPort], list[Target]] = {}
        for target in targets:
            device, handler = target.device, target.handler.name
            self._targets_by_name.setdefault(device.name, []).append(target)
            self._targets_by_address.setdefault(device.address.lower(), []).append(target)
            settings = {**target.auth.settings, **dict(device.settings)}
            place = _place(device.address, handler, settings)
            if place is not None:
                self._targets_by_place.setdefault((handler, place), []).append(target)
                self._targets_by_place.setdefault((_ANY_HANDLER, place), []).append(target)
        self._handler_names = sorted({target.handler.name for target in targets})

    def target(self, query: ProbeQuery) -> Target:
        """The PDU that the query asks for. Raises NotAllowed."""
        listed_target = self._listed_target(query)
        if listed_target is not None:
            _refuse_mismatch(listed_target, query)
            return listed_target
        return self._find_in_networks(query)

    def _listed_target(self, query: ProbeQuery) -> Optional[Target]:
        """The listed PDU with this name, else with this address, else with another form of the
        address; else None.

        Raises NotAllowed if several match equally.
        """
        text = query.target
        targets = (
            self._targets_by_name.get(text)
            or self._targets_by_address.get(text.lower())
            or self._find_other_forms(query)
        )
        if not targets:
            return None
        if len(targets) == 1:
            return targets[0]
        several = ", ".join(target.device.name for target in targets[:5])
        if len(targets) > 5:
            several += ", ..."
        raise NotAllowed(
            "ambiguous",
            f"{text} is the address of several PDUs of the list: name one of {several}",
        )

    def _find_in_networks(self, query: ProbeQuery) -> Target:
        """The PDU at the query's address, with its handler and login. Raises NotAllowed if the
        address is in no --network, or if the query does not name both.
        """
        where = Address(query.target)
        try:
            address = ipaddress.ip_address(where.host)
        except ValueError:  # a host name, whose address can change
            advice = "; for other targets give an IP address" if self.networks else ""
            raise NotAllowed("not-listed", f"the target is not on the list{advice}") from None
        if "%" in where.host or not any(address in network for network in self.networks):
            raise NotAllowed(
                "not-listed",
                "the target is neither on the list nor in a --network of this exporter",
            )
        if query.handler not in self.handlers:
            known_handlers = ", ".join(sorted(self.handlers))
            raise NotAllowed("handler", f"the parameter handler must be one of {known_handlers}")
        if not self.auths:
            raise NotAllowed(
                "auth",
                "this exporter has no logins by name (--auth); a target that is not on its list"
                " needs one",
            )
        if query.auth not in self.auths:
            raise NotAllowed("auth", f"the parameter auth must be one of {names(self.auths)}")
        pdu = ListedPdu(name=query.target, handler=query.handler, address=where, auth=query.auth)
        return Target(pdu, self.handlers[query.handler], self.auths[query.auth])

    def _find_other_forms(self, query: ProbeQuery) -> Sequence[Target]:
        """The listed PDUs that a query would reach by another form of their address, such as one
        with the usual port.

        Such a query must not bypass the list's handler and login. Host names are not resolved. The
        usual port depends on the handler: of the query, or of each PDU if the query has none.
        """
        login = self.auths.get(query.auth)
        settings = login.settings if login else {}
        if query.handler:
            place = _place(query.target, query.handler, settings)
            if place is None:
                return []
            return self._targets_by_place.get((_ANY_HANDLER, place), [])
        targets: list[Target] = []
        for handler in self._handler_names:
            place = _place(query.target, handler, settings)
            if place is not None:
                targets += self._targets_by_place.get((handler, place), [])
        return targets


def _refuse_mismatch(target: Target, query: ProbeQuery) -> None:
    """Raises NotAllowed for a query that names another handler or login than the list has for the
    target."""
    for key, query_value, own_value in (
        ("handler", query.handler, target.device.handler),
        ("auth", query.auth, target.device.auth),
    ):
        if query_value not in ("", own_value):
            raise NotAllowed(
                "mismatch",
                f"{query.target} is on the list, with another {key}: leave the parameter {key} out",
            )


def _place(text: str, handler: str, settings: Mapping[str, str]) -> Optional[AddressAndPort]:
    """The IP address in the setting `host`, else in `text`, and the port; None for a host name.

    The port is _USUAL_PORT if none is given, or if it is a usual one of the handler (HTTP: 80 and
    443).
    """
    where = Address(settings.get("host", "").strip() or text)
    try:
        address = ipaddress.ip_address(where.host)
    except ValueError:
        return None
    ipv4 = getattr(address, "ipv4_mapped", None)  # ::ffff:192.0.2.7 is the host 192.0.2.7
    port = settings.get("port", "").strip().lstrip("0")  # handlers read 0443 as 443
    if not port and where.port:
        port = str(where.port)
    usual_ports = [str(usual) for usual in _USUAL.get(handler, PORTS.values())]
    if not port or port in usual_ports:
        port = _USUAL_PORT
    return ipv4 or address, port
