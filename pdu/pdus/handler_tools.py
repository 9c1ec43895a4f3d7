"""What tools ask of a handler besides DCImanager's four calls (docs/dev/new-handler.md, "What tools
ask"). Nothing of it has to be there.

`opened` is a method of the handler's object, which its archive has as well. The rest is in modules
that no archive contains, so an archive answers nothing there.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, TypeVar, Union

from handlers import registry
from handlers.host import Figures, OpenPdu
from pdu_common.helper import EnumPowerStatus

from .adapters.nameplate import Nameplate
from .adapters.topology import MeteredPart
from .four_methods import FourMethods, make_pdu
from .handler_loading import LoadedHandler

if TYPE_CHECKING:
    from handlers.shared.labels import Label

T = TypeVar("T")

#: module of pdu/pdus/adapters/<name> -> the function or value with which it answers
TOOL_FUNCTIONS: Mapping[str, str] = {
    "topology": "read_topology",
    "nameplate": "read_nameplate",
}


class HandlerTools:
    """One handler, as tools ask it. Raises the errors of handlers/shared/errors.py."""

    def __init__(self, handler: LoadedHandler) -> None:
        self._handler = handler
        self._tool_name = handler.name if registry.is_handler(handler.shown) else ""

    @contextlib.contextmanager
    def opened(self, data: Any, with_states: bool = True) -> Iterator[OpenHandler]:
        """The PDU that `data`, an argument of make_handler, names, to be read in one session.
        `with_states`: whether more than figures will be read."""
        pdu = make_pdu(self._handler.make, data)
        if not hasattr(pdu, "opened"):
            yield OpenHandler(FourMethods(pdu, data), "")
            return
        with pdu.opened(with_states) as open_pdu:
            yield OpenHandler(open_pdu, self._tool_name)

    def four_methods(self, data: Any) -> FourMethods:
        """The PDU that `data` names, called as DCImanager calls it."""
        return FourMethods(make_pdu(self._handler.make, data), data)


class OpenHandler:
    """A PDU that its handler reads in one session. What is a handler's own addition may be missing
    in one of another pack: then there is nothing.
    """

    def __init__(self, pdu: Union[OpenPdu[Any], FourMethods], tool_name: str) -> None:
        """`tool_name`: of the handler in `adapters`; "" if it has no module there."""
        self._pdu, self._tool_name = pdu, tool_name

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet."""
        return self._pdu.states()

    def figures(self, with_power: bool) -> Figures:
        """What the PDU measures, W only `with_power`."""
        return self._pdu.figures(with_power)

    def labels(self) -> Optional[Sequence[Label]]:
        """Number and name of each outlet."""
        return self._pdu.labels()

    def meters(self) -> Sequence[MeteredPart]:
        """Lines and breakers."""
        return self._answer("topology", [])

    def nameplate(self) -> Nameplate:
        """What a unit says about itself."""
        return self._answer("nameplate", Nameplate())

    def _answer(self, module: str, default: T) -> T:
        folder = f"pdu.pdus.adapters.{self._tool_name}"
        read = own_answer(folder, module, TOOL_FUNCTIONS[module]) if self._tool_name else None
        if read is None or isinstance(self._pdu, FourMethods):
            return default
        result: T = self._pdu.read(module, read)
        return result


@functools.lru_cache(maxsize=128)
def own_answer(folder: str, module: str, name: str) -> Any:
    """What a handler's own folder says: None if it has no such module."""
    # without the folder, a search for a module in it would be an error
    is_there = all(importlib.util.find_spec(path) for path in (folder, f"{folder}.{module}"))
    return getattr(importlib.import_module(f"{folder}.{module}"), name) if is_there else None
