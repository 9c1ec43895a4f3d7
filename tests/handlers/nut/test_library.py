"""The dumps of NUT's device dump library that have outlets: what the handler reads is what each
dump says, in the words of NUT's own list of names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

import pytest

from handlers.nut.outlets import decode_outlets
from handlers.shared.meter_figures import NotMetered
from tests import foreign_files
from tests.foreign_files import dumps
from tests.handlers.nut.clients import DEFAULTS

NAMES = list(foreign_files.GROUPS[dumps.FOLDER].files)
EACH = pytest.mark.parametrize("name", NAMES)
IN_MEMORY = pytest.mark.against("NUT dumps of real devices, in memory")
# the words of drivers: bcmxcp says On/Closed, others write in capitals
WORDS = {"on": True, "on/closed": True, "off": False, "off/open": False, "1": True, "0": False}
CURRENTS = ("output.current", "input.current")


def variables(name: str) -> Mapping[str, str]:
    return dumps.variables(foreign_files.text(dumps.FOLDER, name))


def stated(values: Mapping[str, str], number: str) -> Optional[bool]:
    """The state in the dump: `outlet.N.status`, else `outlet.N.switch`."""
    for variable in ("status", "switch"):
        word = values.get(f"outlet.{number}.{variable}")
        if word is not None:
            return WORDS.get(word.lower())
    return None


@EACH
@IN_MEMORY
def test_a_dump_has_its_outlets_with_the_states_that_it_says(name: str) -> None:
    values = variables(name)
    numbers = {match[1] for key in values if (match := re.match(r"outlet\.([1-9]\d*)\.", key))}
    device = decode_outlets(values, (), {}, DEFAULTS)
    assert {outlet.identity: outlet.state for outlet in device.outlets} == {
        number: stated(values, number) for number in numbers
    }


@EACH
@IN_MEMORY
def test_a_load_is_a_current_of_the_dump(name: str) -> None:
    values = variables(name)
    load = decode_outlets(values, (), {}, DEFAULTS).load_a
    currents = {float(values[key]) for key in CURRENTS if key in values}
    if currents:
        assert load in currents
    else:
        # a UPS that lists its W alone has no meter of its A, and says so; it is never "not known"
        assert load is None or isinstance(load, NotMetered)


def test_a_dump_that_nobody_listed_is_taken_if_it_has_outlets(tmp_path: Path) -> None:
    texts = {
        "outlets.dev": "outlet.1.status: on\n",
        "pdu.dev": "device.type: pdu\n",
        "ups.dev": "device.type: ups\noutlet.id: 0\n",
        "notes.txt": "outlet.1.status: on\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert [path.name for path in dumps.select(tmp_path)] == ["outlets.dev", "pdu.dev"]
