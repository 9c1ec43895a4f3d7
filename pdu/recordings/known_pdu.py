"""A simulated PDU over HTTP whose outlets and figures a handler of this pack tells."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional

from handlers.dcimanager import Figures
from handlers.shared.errors import PduHandlerError
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus

from .replay_server import HOST
from .simulated_pdu import HttpPdu, States, UnitFault
from .state_columns import number_places, without_values, zero_figures

_IS_ON_BY_STATUS: Mapping[EnumPowerStatus, bool] = {
    EnumPowerStatus.UP: True,
    EnumPowerStatus.DOWN: False,
}
# the rules of a handler that are tried on outlets of this name and state
_RULES_ON_OUTLETS = ("states", "asked", "port_down", "port_up", "lost state")
_NO_OUTLETS = "this pack's handler reads other outlets in the recording than can be served"


class KnownPdu(HttpPdu):
    """A PDU that a handler of this pack reads. The handler names its outlets, in the order of
    their keys in the recording.
    """

    def __init__(
        self, make_handler: Callable[[Any], Any], port: int, fault: UnitFault = UnitFault.NONE
    ) -> None:
        self._make_handler = make_handler
        # read when it is asked for: a replay need not know it
        self._key_by_identity: Optional[dict[str, str]] = None
        self._figures: Optional[Figures] = None
        super().__init__(port, fault)

    @abstractmethod
    def outlet_keys(self) -> Sequence[str]:
        """The outlets that can be switched, in the device's order."""

    @abstractmethod
    def state_of(self, key: str) -> Optional[bool]:
        """The state of an outlet now."""

    @abstractmethod
    def set_state(self, key: str, *, on: Optional[bool]) -> None:
        """Change it."""

    @abstractmethod
    def copy(self) -> KnownPdu:
        """One like it, without a fault."""

    @abstractmethod
    def documents(self) -> Mapping[str, Any]:
        """What it answers, as JSON by a text for each request."""

    @abstractmethod
    def contents_of(self, documents: Mapping[str, Any]) -> Any:
        """The contents of one that answers with these documents."""

    @abstractmethod
    def documents_without_state(self, key: str) -> Mapping[str, Any]:
        """Documents that lack the state of an outlet."""

    def key_by_identity(self) -> Mapping[str, str]:
        """The outlets by the handler's name for each."""
        if self._key_by_identity is None:
            self._key_by_identity = self._read_copy()
        return self._key_by_identity

    def identity_of(self, key: str) -> str:
        """The handler's name of an outlet; its key if it has none."""
        for identity, known_key in self.key_by_identity().items():
            if known_key == key:
                return identity
        return key

    def outlet_states(self) -> States:
        return {name: self.state_of(key) for name, key in self.key_by_identity().items()}

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        self.set_state(self.key_by_identity().get(identity, identity), on=on)
        return True

    def figures(self) -> Optional[Figures]:
        self.key_by_identity()
        return self._figures

    def without_state(self, identity: str) -> Sequence[Any]:
        documents = self.documents_without_state(self.key_by_identity()[identity])
        return [self.contents_of(documents)]

    def without_figures(self) -> Sequence[Any]:
        """The contents without one number each."""
        documents = self.documents()
        contents: list[Any] = []
        for place in number_places(documents, columns=[]):
            documents_without_place = without_values(documents, [place])
            contents.append(self.contents_of(documents_without_place))
        return contents

    def with_zero_figures(self) -> Sequence[Any]:
        zeros = zero_figures(self.documents(), [], self.outlet_states())
        return [self.contents_of(documents) for documents in zeros]

    def _read_copy(self) -> dict[str, str]:
        """The key of each outlet by the name that the handler gives it, found as it reads a copy.

        If it reads other outlets or cannot read, each key is its own name, and the rules on
        outlets are in doubt.
        """
        keys = self.outlet_keys()
        own_states = [self.state_of(key) for key in keys]
        identities: list[str] = []
        handler_states: list[Optional[bool]] = []
        for identity, status in self._states_for_handler():
            identities.append(identity)
            handler_states.append(_IS_ON_BY_STATUS.get(status))
        if handler_states == own_states:
            return dict(zip(identities, keys))
        for rule in _RULES_ON_OUTLETS:
            self.doubts[rule] = _NO_OUTLETS
        return {key: key for key in keys}

    def _states_for_handler(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        """What the handler reads in a copy, none if it cannot. Keeps the figures."""
        states: Sequence[tuple[str, EnumPowerStatus]] = []
        copy = self.copy()
        settings = {"scheme": "http", "username": "any", "password": "any"}
        data = PduData(f"{HOST}:{copy.port}", settings)
        with contextlib.closing(copy), contextlib.suppress(PduHandlerError):
            # without the figures, the states serve
            with self._make_handler(data).opened() as pdu:
                states = pdu.states()
                self._figures = pdu.figures(with_power=False)
        return states
