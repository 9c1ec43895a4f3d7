"""The names that a handler has for the outlets of a device, where they are not the device's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.dcimanager import Figures
from pdu_common.helper import EnumPowerStatus

from ...recordings.simulated_pdu import States
from .calls import Methods
from .comparisons import ON
from .rules import ADVISED, KEPT, RULES, Finding, kept


class RenamedMethods:
    """Methods of a handler that may name outlets otherwise than the device does. With the names
    {"1": "01"}:

        the handler's states [("01", UP)]    states() returns [("1", UP)]
        switch("1", on=False)                the handler's switch("01", on=False)
    """

    def __init__(self, methods: Methods, own_names: Mapping[str, str]) -> None:
        """`own_names`: the handler's, by the device's; {} if they are the same."""
        self._methods = methods
        self._own_names = own_names
        self._real_names = {own_name: name for name, own_name in own_names.items()}

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        states = self._methods.states()
        return [(self._real_names.get(name, name), state) for name, state in states]

    def figures(self) -> Figures:
        figures = self._methods.figures()
        ports = {}
        for name, port_figures in figures.ports.items():
            ports[self._real_names.get(name, name)] = port_figures
        return figures._replace(ports=ports)

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        own_name = self._own_names.get(identity, identity)
        return self._methods.switch(own_name, on=on)


def own_names(states: Sequence[tuple[str, EnumPowerStatus]], real_states: States) -> dict[str, str]:
    """The handler's name of each outlet by the device's, if it has others and its states are those
    of the device in this order; {} if it has the same names.

    >>> up, down = EnumPowerStatus.UP, EnumPowerStatus.DOWN
    >>> own_names([("01", up), ("02", down)], {"1": True, "2": False})
    {'1': '01', '2': '02'}
    >>> own_names([("01", up), ("02", up)], {"1": True, "2": False})
    {}
    """
    names = [name for name, _ in states]
    values = [ON.get(state) for _, state in states]
    has_other_states = values != list(real_states.values())
    has_same_names = names == list(real_states)
    has_repeated_names = len(set(names)) < len(names)
    if has_other_states or has_same_names or has_repeated_names:
        return {}
    name_by_real_name = dict(zip(real_states, names))
    for real_name, name in name_by_real_name.items():
        if name != real_name and name in real_states:
            return {}
    return name_by_real_name


def identity_finding(names: Mapping[str, str]) -> Finding:
    """Whether the handler's names of outlets, by the device's, are its numbers.

    >>> padded = identity_finding({"10": "10", "1": "01"})
    >>> padded.result, padded.detail
    ('advised', "status names outlet 1 '01'")
    >>> identity_finding({"1": "A1"}).result, identity_finding({}).result
    ('kept', 'kept')
    """
    for real_name, name in names.items():
        if name == real_name or not (name.isdecimal() and real_name.isdecimal()):
            continue
        if int(name) == int(real_name):
            why = f"status names outlet {real_name} {name!r}"
            return Finding(RULES["identity"], ADVISED, why)
    return kept("identity")


def with_order(finding: Finding, names: Mapping[str, str]) -> Finding:
    """The finding; one that the states are right says that they were compared by their order, if
    the handler names outlets otherwise. `names`: the handler's, by the device's.
    """
    if names and finding.rule is RULES["states"] and finding.result == KEPT:
        return finding._replace(detail="by their order: this pack has other identities")
    return finding
