"""The examples on a PDU's form, given to the handlers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers import registry
from handlers.shared.settings import Setting, Settings
from handlers.snmp.settings import select_families
from pdu.pdus.handler_loading import load

from .web.fields import EXAMPLES


def tables() -> dict[str, Sequence[Setting[object]]]:
    """The settings that each handler declares."""
    return {name: load(name).settings for name in registry.names()}


@pytest.mark.parametrize(
    "name, key",
    [
        (name, setting.key)
        for name, table in tables().items()
        for setting in table
        if setting.key in EXAMPLES
    ],
)
def test_an_example_is_accepted_by_each_handler_that_has_the_key(name: str, key: str) -> None:
    table = tables()[name]
    values = Settings({key: EXAMPLES[key]}, table)
    setting = next(setting for setting in table if setting.key == key)
    assert values[setting] != setting.default  # an example of what needs to be given
    if name == "snmp":
        select_families({key: EXAMPLES[key]}, {})  # whether there is such a family is checked here


def test_each_example_belongs_to_a_key_of_a_handler() -> None:
    keys = {setting.key for table in tables().values() for setting in table}
    assert EXAMPLES and set(EXAMPLES) <= keys
