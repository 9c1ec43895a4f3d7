"""A handler as the judge calls it: its methods end, and name outlets as the device does."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from functools import partial
from typing import Callable

from handlers.shared.errors import printable

from ...loading.four_methods import MissingPlatformName, SettingNotGiven
from ...loading.handler_loading import LoadedHandler
from ...recordings.simulated_pdu import SimulatedPdu
from .bounded_methods import Forms
from .calls import EndlessCall, Methods, error_text
from .laws import MadeHandler, is_own_mistake
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


def reason_unread(handler: MadeHandler, unit: SimulatedPdu) -> str:
    """Why a recording is not one that the handler reads; "" if it reads it, sends no request, or is
    broken whatever a device answers.
    """
    contradiction = unit.contradiction
    if contradiction:
        return f"the recording contradicts itself: {contradiction}"
    requests_before = len(unit.requests)
    try:
        names = [name for name, _ in handler.methods(unit.port).states()]
    except (MissingPlatformName, SettingNotGiven, EndlessCall):
        return ""
    except Exception as error:
        is_told = len(unit.requests) == requests_before or is_own_mistake(error)
        return "" if is_told else f"the handler does not read this recording: {error_text(error)}"
    recorded_names = list(unit.outlet_states())
    if len(names) == len(recorded_names) or set(names).intersection(recorded_names):
        return ""
    shown_names = printable(", ".join(names[:3]), 60) or "no outlet"
    return f"the handler does not read this recording: it reads {shown_names}"


def names_of_outlets(handler: MadeHandler, unit: SimulatedPdu) -> dict[str, str]:
    """The handler's names of the outlets of a PDU that is well, by the device's; {} if they are the
    same, or not known.
    """
    with contextlib.suppress(Exception):
        return own_names(handler.methods(unit.port).states(), unit.outlet_states())
    return {}
