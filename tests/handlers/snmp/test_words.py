"""The table of docs/dev/families.md with the words of profiles, and what recordings show of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple, Union

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.controls import Control
from handlers.snmp.device import SnmpDevice
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Source
from tests.handlers.snmp import recorded
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import FAMILIES
from tests.needs import ROOT

PAGE = ROOT / "docs/dev/families.md"


class Word(NamedTuple):
    """A word of the table, with its family."""

    name: str
    family: str
    is_recorded: bool  #: a recording of the family has rows by it


def words() -> Iterator[Word]:
    """Each word of the table, with each of its families."""
    page = PAGE.read_text("utf-8")
    section = page.partition("## The words of a profile")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if not line.startswith("| `"):
            continue
        named, _, used = line.strip("|").split("|")
        names, families = re.findall(r"`(\w+)`", named), used.split(",")
        assert len(names) == len(families), line
        for name, family in zip(names, families):
            yield Word(name, family.strip(" ()`"), is_recorded="(" not in family)


def parts(family: str) -> Iterator[Union[Source, Control]]:
    """The sources and controls of a family."""
    for part in parts_of(FAMILIES[family]):
        if isinstance(part, (Source, Control)):
            yield part


def has_rows(part: Union[Source, Control], device: SnmpDevice) -> bool:
    """Whether a source reads something from the device, or a control has something to write."""
    try:
        if isinstance(part, Source):
            return bool(part.rows(device.reader))
        outlet = next(iter(device.states), "1")
        return bool(part.orders(device.reader, outlet, up=False))
    except PduHandlerError:
        return False


def test_the_table_has_each_word_that_two_families_use_with_one_of_them() -> None:
    families_by_word: dict[str, set[str]] = defaultdict(set)
    for profile in PROFILES:
        for part in parts(profile.key):
            families_by_word[type(part).__name__].add(profile.key)
    shared = {word for word, families in families_by_word.items() if len(families) > 1}

    assert {word.name for word in words()} == shared
    assert [word for word in words() if word.family not in families_by_word[word.name]] == []


@pytest.mark.trial
def test_the_words_in_brackets_are_those_of_which_no_recording_has_rows() -> None:
    recordings = [name for name in recorded.WALKS if recorded.available(name)]
    if not recordings:
        pytest.skip("the recordings are not here")
    families_by_word: dict[str, set[str]] = defaultdict(set)
    for name in recordings:
        try:
            device = detection.detect(of_rows(recorded.rows(name)), PROFILES)
        except PduHandlerError:
            continue
        family = device.profile.key
        for part in parts(family):
            families = families_by_word[type(part).__name__]
            if family not in families and has_rows(part, device):
                families.add(family)

    for word in words():
        families = families_by_word[word.name]
        if word.is_recorded:
            assert word.family in families, word
        else:  # no recording of any family
            assert families == set(), word
