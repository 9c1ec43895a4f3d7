"""The names of outlets: a handler may call outlet "1" of the device "01".

The cases know outlets by the device's names, and by those of this pack. `own_names` maps each of
them to the handler's name; it is {} for a handler that has the same names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.dcimanager import Figures
from pdu_common.helper import EnumPowerStatus

from ...recordings.simulated_pdu import States
from .calls import Methods
from .comparisons import ON
from .rules import ADVISED, KEPT, RULES, Finding, kept


class RenamedMethods:
    """Methods of a handler that take and return the device's names of outlets. With `_own_names`
    {"1": "01"}, the handler's by the device's:

        the handler's states [("01", UP)]    states() returns [("1", UP)]
        switch("1", on=False)                the handler's switch("01", on=False)
    """

    def __init__(self, methods: Methods, own_names: Mapping[str, str]) -> None:
        """`own_names`: the handler's, by the device's; {} if they are the same."""
        self._methods = methods
        self._own_names = own_names
        self._device_names = {own_name: name for name, own_name in own_names.items()}

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        """The states that the handler returns: its [("01", UP)] is [("1", UP)]."""
        states = self._methods.states()
        return [(self._device_names.get(name, name), state) for name, state in states]

    def figures(self) -> Figures:
        """The figures that the handler returns; those of outlet "01" are of outlet "1"."""
        figures = self._methods.figures()
        ports = {}
        for own_name, port_figures in figures.ports.items():
            ports[self._device_names.get(own_name, own_name)] = port_figures
        return figures._replace(ports=ports)

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        """Switch outlet "1" of the device, which is "01" for the handler. Returns its new state."""
        own_name = self._own_names.get(identity, identity)
        return self._methods.switch(own_name, on=on)


def own_names(states: Sequence[tuple[str, EnumPowerStatus]], real_states: States) -> dict[str, str]:
    """The handler's name of each outlet, by the device's name. `states`: the handler's;
    `real_states`: the device's. {} if the names are the same, and if it is not known which outlet
    is which, because the states are not the device's in the same order.

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
    own_name_by_name = dict(zip(real_states, names))
    for name, own_name in own_name_by_name.items():
        if own_name != name and own_name in real_states:
            return {}
    return own_name_by_name


def identity_finding(names: Mapping[str, str]) -> Finding:
    """The finding of the rule "identity": advised if the handler writes the number of an outlet in
    another way than the device, else kept. `names`: the handler's, by the device's.

    >>> padded = identity_finding({"10": "10", "1": "01"})
    >>> padded.result, padded.detail
    ('advised', "status names outlet 1 '01'")
    >>> identity_finding({"1": "A1"}).result, identity_finding({}).result
    ('kept', 'kept')
    """
    for name, own_name in names.items():
        if own_name == name or not (own_name.isdecimal() and name.isdecimal()):
            continue
        if int(own_name) == int(name):
            why = f"status names outlet {name} {own_name!r}"
            return Finding(RULES["identity"], ADVISED, why)
    return kept("identity")


def with_note_of_order(finding: Finding, names: Mapping[str, str]) -> Finding:
    """The finding, to which is added that outlets were compared by their order, if it says that the
    states are right, and the handler has other names of outlets. `names`: the handler's, by the
    device's; {} if they are the same.

    >>> with_note_of_order(kept("states"), {"1": "A1"}).detail
    'by their order: this pack has other identities'
    >>> with_note_of_order(kept("states"), {}).detail
    ''
    """
    if names and finding.rule is RULES["states"] and finding.result == KEPT:
        return finding._replace(detail="by their order: this pack has other identities")
    return finding
