"""A handler as the judge calls it: its methods end, and name outlets as the device does."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from functools import partial
from typing import Callable

from ...loading.handler_loading import LoadedHandler
from ...recordings.simulated_pdu import SimulatedPdu
from .bounded_methods import Forms
from .calls import Methods
from .laws import MadeHandler
from .outlet_names import RenamedMethods, own_names


def made_handler(
    forms: Forms,
    load_again: Callable[[], LoadedHandler],
    names: dict[str, str],
    communities: Collection[bytes] = (),
) -> MadeHandler:
    """`load_again`: loads the handler in the environment of now; `names`: the handler's names of
    outlets, by the device's; `communities`: those of the forms.
    """

    def methods(port: int, *, is_kept: bool = False, is_anew: bool = False) -> Methods:
        own_forms = forms._replace(handler=load_again()) if is_anew else forms
        return RenamedMethods(own_forms.methods(port, is_kept=is_kept), names)

    return MadeHandler(
        methods=methods,
        one_object=partial(methods, is_kept=True),
        anew=partial(methods, is_anew=True),
        is_login=forms.secrets.is_login,
        communities=communities,
        run_texts=forms.effects.run_texts,
    )


def names_of_outlets(handler: MadeHandler, unit: SimulatedPdu) -> dict[str, str]:
    """The handler's names of the outlets of a PDU that is well, by the device's; {} if they are the
    same, or not known.
    """
    with contextlib.suppress(Exception):
        return own_names(handler.methods(unit.port).states(), unit.outlet_states())
    return {}
