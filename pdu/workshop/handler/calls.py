"""The methods of a handler as the cases call them, and the texts of the errors that they raise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from handlers.dcimanager import Figures
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus

from ...cli.error_facts import attribute_text
from ...cli.known_secrets import error_text as own_text
from ...loading.four_methods import MissingPlatformName, SettingNotGiven
from .rules import Finding, broken, untried

#: in the reason of EndlessCall
ENDLESS = "did not end within"


class Methods(Protocol):
    """A handler's methods: states() is [("1", EnumPowerStatus.UP)], figures() in A and kWh, and
    switch("1", on=False) the state after port_down. A call ends, by EndlessCall at the latest.
    """

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]: ...

    def figures(self) -> Figures: ...

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus: ...


class EndlessCall(PduHandlerError):
    """A call did not end in time: DCImanager would wait for it."""


def finding_of_error(rule: str, error: BaseException) -> Finding:
    """The finding of a rule after a call raised an error: not tried, if the platform's double lacks
    a name, or a setting was not given; else broken.

    >>> finding_of_error("status", KeyError("relay")).detail
    "KeyError: 'relay'"
    """
    if isinstance(error, (MissingPlatformName, SettingNotGiven)):
        return untried(rule, error_text(error))
    return broken(rule, error_text(error))


def error_text(error: BaseException) -> str:
    """The text of an error for people: the reason of one of this pack, the type and the text of
    another, without secrets.

    >>> error_text(EndlessCall("status did not end")), error_text(ValueError("no list"))
    ('status did not end', 'ValueError: no list')
    """
    return attribute_text(error, "reason") or f"{type(error).__name__}: {own_text(error)}"
