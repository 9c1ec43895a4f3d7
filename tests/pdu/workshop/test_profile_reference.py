from __future__ import annotations

import re

from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profiles import PROFILES
from handlers.snmp.schema import KINDS, PLAIN
from pdu.workshop.profile_reference import is_single_family, reference


def rows_of_the_reference() -> dict[str, str]:
    """Return the rows of both tables by kind."""
    rows = [line for line in reference().splitlines() if re.match(r"\| [A-Z]", line)]
    return {row.split(" | ")[0].strip("| "): row for row in rows}


def test_the_reference_explains_every_kind() -> None:
    rows = rows_of_the_reference()
    assert set(rows) == {cls.__name__ for cls in (*PLAIN, *KINDS.values())}
    assert all(len(row.rstrip(" |").rsplit(" | ", 1)[-1]) > 20 for row in rows.values())


def test_the_parts_that_a_single_family_needs_stand_under_their_own_heading() -> None:
    """If this fails, move the named part: from single_family.py to the file of its kind, or the
    other way.
    """
    families = {
        name: {
            profile.key for profile in PROFILES for part in parts_of(profile) if type(part) is kind
        }
        for name, kind in KINDS.items()
    }
    single = {name for name, keys in families.items() if len(keys) < 2}
    assert single == {name for name, kind in KINDS.items() if is_single_family(kind)}
    common, _, rare = reference().partition("Parts that a single built-in family needs each:")
    assert single == set(re.findall(r"^\| (\w+) \|", rare, re.MULTILINE)) - {"kind"}
    assert all(f"\n| {name} |" not in common for name in single)
