"""A PDU that is open for calls in one session, and what tools ask of a handler besides DCImanager's
four calls. Nothing of that has to be there: a handler of another pack has the four calls alone
(`FourMethods`), each of which opens a connection of its own.

A handler of this pack has a method `opened`, in its archive too. Its adapter, functions that read
nameplate, lines and breakers, is in this program, not in the archive.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Callable, Optional, TypeVar, Union

from handlers import registry
from handlers.dcimanager import Figures, OpenPdu
from handlers.shared.errors import NoSuchOutlet
from handlers.shared.labels import Label
from pdu_common.helper import EnumPowerStatus

from ..cli.error_facts import kind_of
from ..inspection.adapters import adapter_of
from ..inspection.nameplate import Nameplate
from ..inspection.topology import MeteredPart
from ..loading.four_methods import FourMethods, make_pdu
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_module import FOREIGN_ERRORS

T = TypeVar("T")


@contextlib.contextmanager
def opened(handler: LoadedHandler, data: Any, *, with_states: bool = True) -> Iterator[OpenHandler]:
    """Opens the PDU that `data`, an argument of make_handler, names, for calls in one session,
    which ends with the block. `with_states`: whether more than figures will be read. Raises
    PduHandlerError.

        with opened(load("snmp"), data) as session:
            session.states()                     [("1", UP), ("2", DOWN)]
            session.figures(with_power=False)    Figures(load_a=3.6, energy_kwh=933.2, ...)
    """

    def make_anew() -> FourMethods:
        return FourMethods(make_pdu(handler.make, data), data)

    pdu = make_pdu(handler.make, data)
    if not hasattr(pdu, "opened"):
        yield OpenHandler(FourMethods(pdu, data), make_anew, "")
        return
    tool_name = handler.name if registry.is_handler(handler.display_name) else ""
    with pdu.opened(with_states=with_states) as open_pdu:
        yield OpenHandler(open_pdu, make_anew, tool_name)


class OpenHandler:
    """A PDU that is open for calls. `_pdu` is the handler's object in a session, or FourMethods for
    a handler of another pack, whose calls are separate; `_make_anew` makes a FourMethods for the
    same PDU. What a handler of another pack lacks, such as labels, is None or empty.

        call          handler of this pack       handler of another pack
        states        [("1", UP), ...]           [("1", UP), ...]
        labels        [Label("1", "1", "web")]   None
        nameplate     Nameplate(model="AP8659")  Nameplate()
    """

    def __init__(
        self,
        pdu: Union[OpenPdu[Any], FourMethods],
        make_anew: Callable[[], FourMethods],
        tool_name: str,
    ) -> None:
        """`make_anew` makes an object for the same PDU, with a connection of its own. `tool_name`:
        the name of a handler of this pack, for which there is an adapter; "" for another one.
        """
        self._pdu = pdu
        self._make_anew = make_anew
        self._adapter = adapter_of(tool_name)

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet."""
        return self._pdu.states()

    def state(self, identity: str) -> Optional[EnumPowerStatus]:
        """The state of one outlet; None if the PDU has no such outlet: `UP` for "1", `None` for
        "9".
        """
        # an archive of another version and anybody's handler read all
        read_state = getattr(self._pdu, "state", None)
        if read_state is None:
            return dict(self.states()).get(identity)
        try:
            state: EnumPowerStatus = read_state(identity)
        except FOREIGN_ERRORS as error:
            if kind_of(error) == NoSuchOutlet.kind:
                return None
            raise
        return state

    def figures(self, *, with_power: bool) -> Figures:
        """What the PDU measures, W only `with_power`."""
        return self._pdu.figures(with_power=with_power)

    def labels(self) -> Optional[Sequence[Label]]:
        """Number and name of each outlet; None if the handler has no method for them."""
        return self._pdu.labels()

    def forget(self) -> None:
        """Let the next call ask the device, even for what was read in this session. For a handler
        without a method `forget`, a new object is made.
        """
        # an archive of another version and anybody's handler may keep what they have read
        forget = getattr(self._pdu, "forget", None)
        if forget is None:
            self._pdu = self._make_anew()
        else:
            forget()

    def command_pdu(self) -> Union[OpenPdu[Any], FourMethods]:
        """The object that takes one command: the session's own one if it can switch, else a new one
        with a connection of its own.

        snmp, nut, ...            the session's own PDU
        of another pack           a PDU of its own
        """
        # an archive of another version may read in a session, and not switch in it
        if isinstance(self._pdu, FourMethods) or not hasattr(self._pdu, "switch"):
            return self._make_anew()
        return self._pdu

    def meters(self) -> Sequence[MeteredPart]:
        """The lines and breakers with their currents; empty for a handler without an adapter."""
        return self._answer("topology", self._adapter.read_topology, [])

    def nameplate(self) -> Nameplate:
        """What the unit says about itself, such as its manufacturer, model and serial number; empty
        texts for a handler without an adapter.
        """
        return self._answer("nameplate", self._adapter.read_nameplate, Nameplate())

    def _answer(self, operation: str, read_part: Optional[Callable[[Any], T]], default: T) -> T:
        """What `read_part`, a function of the adapter, returns for this session; the default if the
        adapter has no such function (None). `operation`: its name in errors, such as "nameplate".
        """
        if read_part is None or isinstance(self._pdu, FourMethods):
            return default
        return self._pdu.read(operation, read_part)
