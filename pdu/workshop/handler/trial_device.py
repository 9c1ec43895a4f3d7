"""A device on which a handler is tried, and what is known of it."""

from __future__ import annotations

from typing import Callable, NamedTuple, Optional

from ...cli.states import UP
from .bounded_methods import Forms
from .calls import Methods
from .comparisons import States
from .known_units import KnownUnit
from .outlet_names import RenamedMethods


class TrialDevice(NamedTuple):
    """A device, and the handler that reads it."""

    methods: Methods
    #: for people
    about: str
    #: the device, if everything about it is known
    unit: Optional[KnownUnit] = None
    #: the states that a device without `unit` has; None if only the handler says them: then it may
    #: be a recording that takes no commands
    known_states: Optional[Callable[[], States]] = None
    #: how many requests reached it; None if it does not count them
    requests: Optional[Callable[[], int]] = None
    #: the methods of one object that is kept between the calls
    kept_methods: Optional[Methods] = None

    @property
    def states(self) -> Optional[Callable[[], States]]:
        """What the states of the device are, if it is known."""
        return self.known_states if self.unit is None else self.unit.states

    def states_now(self) -> States:
        """The states of the device, else those that the handler says."""
        return dict(self.methods.states()) if self.states is None else dict(self.states())

    def outlets_to_switch(self) -> list[str]:
        """Outlets that can be switched, as far as is known: of a device of which little is known,
        one that is on.
        """
        if self.unit is not None:
            return self.unit.outlets_to_switch()
        return [name for name, state in self.states_now().items() if state is UP][:1]

    def command_count(self) -> int:
        """How many commands it was sent; 0 if it does not count them."""
        return 0 if self.unit is None else len(self.unit.commands)

    def request_count(self) -> int:
        """How many requests reached it; 0 if it does not count them."""
        return 0 if self.requests is None else self.requests()

    def is_unreached(self) -> bool:
        """Whether it is known that no request reached it."""
        return self.requests is not None and self.requests() == 0


def device_at_port(
    forms: Forms,
    port: int,
    unit: KnownUnit,
    about: str,
    requests: Callable[[], int],
    names: dict[str, str],
) -> TrialDevice:
    """A unit that answers at a port, and the handler that reads it by new objects and by one that
    is kept. `names` gets the handler's names of outlets, by the unit's, at the first status.
    """
    return TrialDevice(
        methods=RenamedMethods(forms.methods(port), names, unit.states),
        about=about,
        unit=unit,
        requests=requests,
        kept_methods=RenamedMethods(forms.methods(port, is_kept=True), names),
    )
