"""The table of vendors: its agreement with the files of profiles, and the files that a sysObjectID
loads.
"""

from __future__ import annotations

from collections.abc import Iterable

from handlers.snmp.detection import candidates
from handlers.snmp.families import ENTERPRISES
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES


def prefixes_of(profiles: Iterable[Profile]) -> set[str]:
    """Return the beginnings of the sysObjectIDs of these families."""
    return {
        prefix
        for profile in profiles
        for prefix in (*profile.sys_object_ids, *(root.sys_object_id for root in profile.roots))
    }


def test_a_vendors_row_agrees_with_its_file() -> None:
    for vendor in PROFILES.vendors:
        profiles = vendor.profiles()
        assert vendor.keys.split() == [profile.key for profile in profiles]
        swept = any(profile.sweep or profile.unseen or profile.described for profile in profiles)
        assert vendor.sweep == swept, vendor.keys
        prefixes = prefixes_of(profiles)
        assert all(vendor.may_be(prefix) for prefix in prefixes), vendor.keys
        for number in vendor.numbers.split():
            assert any(f"{prefix}.".startswith(f"{ENTERPRISES}{number}.") for prefix in prefixes), (
                f"no family of {vendor.keys} needs {number}"
            )


def test_the_sequence_has_every_family_once() -> None:
    assert len(PROFILES) == len(list(PROFILES)) == len(
        set(PROFILES.keys)
    ) and PROFILES.keys == tuple(p.key for p in PROFILES)
    assert PROFILES[0] is next(iter(PROFILES)) and list(PROFILES[:2]) == list(PROFILES)[:2]
    assert [PROFILES.find_profile(key) for key in PROFILES.keys] == list(
        PROFILES
    ) and PROFILES.find_profile("acme") is None


def test_choosing_vendors_by_sys_object_id_loses_no_candidate() -> None:
    of_no_family = {
        "1.3.6.1.4.1.2021.250.10",
        "1.3.6.1.4.1.8072.3.2.10",
        "1.3.6.1.4.1.0",
        "1.3.6.1.4.1.99999",
    }
    prefixes = of_no_family | prefixes_of(PROFILES)
    for object_id in ("", *prefixes, *(f"{prefix}.7" for prefix in prefixes)):
        among_all = list(candidates(object_id, tuple(PROFILES)))
        assert list(candidates(object_id, PROFILES)) == among_all, object_id
