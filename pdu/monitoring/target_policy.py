"""Which PDUs a client of the exporter may query: those of the list, and addresses in the exporter's
networks.

Without this rule, a client could make the exporter send its logins to any address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.shared.address import Address

from ..loading.handler_loading import LoadedHandler
from ..pdu_list.listed_pdu import ListedPdu, place_of
from ..pdu_list.logins import DeviceLogin, names
from ..reading.polling import Target
from .networks import Network


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
        self._targets_by_port: dict[tuple[str, str], list[Target]] = {}
        for target in targets:
            device = target.device
            self._targets_by_name.setdefault(device.name, []).append(target)
            self._targets_by_address.setdefault(device.address.lower(), []).append(target)
            place = place_of(device, auths)
            self._targets_by_port.setdefault((place.host, place.port), []).append(target)
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
        address = Address(query.target)
        handlers = [query.handler] if query.handler else self._handler_names
        ports: dict[tuple[str, str], None] = {}  # host and port, each once, in this order
        for handler in handlers:
            place = place_of(ListedPdu("", handler, address, query.auth), self.auths)
            ports[place.host, place.port] = None
        targets: list[Target] = []
        for host_and_port in ports:
            targets += self._targets_by_port.get(host_and_port, [])
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
