"""Users' own profiles and the build options of SNMP archives, for `packaging/build.py` and the
command `pdu`. No archive contains this file.

A *profile* says how a PDU is read over SNMP; that of this pack is a *built-in family*, such as
`apc-rpdu2`, its key. An owner's own profile is a JSON file. *Build options* are constants of an
archive: which families it has (`only`), and settings that it has without DCImanager's form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers import registry
from handlers.shared.similar_names import similar_names
from handlers.snmp import schema
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.schema import ProfileError

from .profile_checks import check_profile

_KEYS = tuple(PROFILE_BY_KEY)
# the key is in a directory's name and in DCImanager's list of handlers
_LONGEST_KEY = 40
_MOST_SHOWN = 8  # limit of suggestions
_LARGEST = 1_000_000  # limit for the file of a profile, in bytes
# field of `Outlets` -> what is read by it, for people
_OUTLET_WORDS = {
    "states": "state",
    "number": "number",
    "name": "name",
    "current": "A",
    "power": "W",
    "energy": "kWh",
}
#: fields of a profile that say which PDU it is, and on what evidence it is read
_NAMES = ("vendor", "models", "mib", "source", "evidence")


class UnknownFamily(ValueError):
    """There is no family with this key, or `only` leaves it out: `there is no family 'apc-rpdu3';
    similar: apc-rpdu, apc-rpdu2`.
    """


class OwnFamily(NamedTuple):
    """An archive with a user's own profile.

    Its name is pdu_`name`; `shown` is its name in DCImanager's list of handlers:
    `OwnFamily("acme_rack", "Acme (SNMP, own profile acme-rack)", {"own_profile": "{...}"})`.
    """

    name: str
    shown: str
    options: dict[str, str]


def read_profile(file: Path) -> Profile:
    """The profile in a JSON file, which may begin with a byte order mark. Raises ProfileError for a
    file that cannot be read or is no profile, and for parts that contradict each other:

        mine.json                 the Profile with its key and outlets
        not UTF-8                 ProfileError: profile: the file is not UTF-8 text
        on and off write 1        ProfileError: profile.outlets[0].control: off writes 1 into ...
    """
    try:
        with file.open("rb") as profile_file:
            data = profile_file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ProfileError("profile: the file is larger than 1 MB")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfileError("profile: the file is not UTF-8 text") from None
    except OSError as error:
        raise ProfileError(f"profile: the file cannot be read ({error.strerror})") from None
    profile = schema.loads(text)
    first_finding = next(check_profile(profile), "")
    if first_finding:
        raise ProfileError(first_finding)
    return profile


def describe(profile: Profile) -> list[str]:
    """Two sentences for its owner: what the profile reads of an outlet and of the PDU, and whether
    it switches.

    >>> describe(PROFILE_BY_KEY["apc-masterswitch"])
    ['reads of each outlet: state, name; of the PDU: nothing', 'switches outlets']
    >>> describe(PROFILE_BY_KEY["apc-ats"])[1]
    'does not switch: it has no control'
    """
    of_outlet: list[str] = []
    for field, word in _OUTLET_WORDS.items():
        if any(getattr(outlets, field) for outlets in profile.outlets):
            of_outlet.append(word)
    of_pdu: list[str] = []
    for field in ("load", "power", "energy"):
        total = getattr(profile, field)
        if not total:
            continue
        note = ""
        if len(total.figures) > 1:
            note = f" (the first of {len(total.figures)} that the PDU has; they are not added)"
        of_pdu.append(f"{field}{note}")
    is_switched = any(outlets.control for outlets in profile.outlets)
    return [
        f"reads of each outlet: {', '.join(of_outlet) or 'nothing'}; of the PDU:"
        f" {', '.join(of_pdu) or 'nothing'}",
        "switches outlets" if is_switched else "does not switch: it has no control",
    ]


def copied_words(profile: Profile) -> list[str]:
    """A sentence if names of an own profile, such as `models`, are still those of the built-in
    family that it was copied from; none for a profile with names of its own. The archive would show
    these names.

    >>> from dataclasses import replace
    >>> copy = replace(PROFILE_BY_KEY["akcp-relay"], key="mine")
    >>> copied_words(copy)
    ["as in the family akcp-relay: vendor, models, mib, source, evidence; write your PDU's"]
    >>> copied_words(replace(copy, models=("Acme 8",), mib="ACME-MIB", source="https://acme.org"))
    []
    """
    for family in PROFILES:
        has_its_mib = profile.mib != "" and profile.mib == family.mib
        has_its_models = profile.models != () and profile.models == family.models
        has_its_source = profile.source != "" and profile.source == family.source
        is_copy = has_its_mib or has_its_models or has_its_source
        if profile.key == family.key or not is_copy:
            continue
        copied_fields: list[str] = []
        for field in _NAMES:
            value = getattr(profile, field)
            if value and value == getattr(family, field):
                copied_fields.append(field)
        if copied_fields:
            return [f"as in the family {family.key}: {', '.join(copied_fields)}; write your PDU's"]
    return []


def built_in_family(key: str) -> Profile:
    """The built-in family with this key. Raises UnknownFamily if there is none.

    >>> built_in_family("apc-rpdu2").vendor
    'APC'
    >>> built_in_family("apc-rpdu3")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.supports.own_profiles.UnknownFamily: there is no family 'apc-rpdu3'; similar: ...
    """
    family = PROFILE_BY_KEY.get(key)
    if family is None:
        raise UnknownFamily(f"there is no family {key[:60]!r}; {_suggestion(key)}")
    return family


def own_family(profile: Profile) -> OwnFamily:
    """The archive of a user's own profile. The JSON is rewritten, so its layout does not change the
    archive.

    Raises ProfileError if the key is too long for a name, or gives the name of a handler's archive
    or of the platform's module.

    >>> from dataclasses import replace
    >>> profile = replace(PROFILE_BY_KEY["akcp-relay"], key="acme-8", vendor="Acme")
    >>> own_family(profile)[:2]
    ('acme_8', 'Acme (SNMP, own profile acme-8)')
    >>> own_family(replace(profile, key="snmp"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.snmp.schema.ProfileError: profile.key: pdu_snmp is the name of another module; ...
    """
    if len(profile.key) > _LONGEST_KEY:
        raise ProfileError(
            f"profile.key: {profile.key[:_LONGEST_KEY]!r}… is part of the archive's name; "
            f"give at most {_LONGEST_KEY} characters"
        )
    name = profile.key.replace("-", "_")
    if name == "common" or registry.is_handler(name):
        raise ProfileError(
            f"profile.key: pdu_{name} is the name of another module; give another key"
        )
    # The vendor is written between quotes into a shell script, so spaces replace quotes and most
    # other punctuation.
    vendor = " ".join(re.sub(r"[^\w.,&()/+-]", " ", profile.vendor).split())
    return OwnFamily(
        name,
        f"{vendor} (SNMP, own profile {profile.key})".lstrip(),
        {"own_profile": schema.dumps(profile)},
    )


def build_options(
    only: Sequence[str] = (),
    profile: Optional[str] = None,
    flags: Sequence[tuple[str, str]] = (),
    unproven: Sequence[str] = (),
) -> dict[str, str]:
    """The build options of an archive with built-in families, by key; options that are not given
    are left out.

    `only`: the families that it has; sorted as in PROFILES, because of those that fit a device
    equally, the first is tried first. `profile`: the one family that it reads. `flags`: keys of
    settings and their values. `unproven`: families for which `switch_unproven` is set.

    >>> build_options(only=["sentry4", "apc-rpdu2"], flags=[("timeout", "5")])
    {'only': 'apc-rpdu2,sentry4', 'timeout': '5'}
    >>> build_options()
    {}

    Raises UnknownFamily for a key that no family has, and one that `only` leaves out.
    """
    for key in only:
        built_in_family(key)  # raises for one that there is not
    for key in unproven:
        if not built_in_family(key).is_switched:
            raise UnknownFamily(f"the family {key} has no outlets to switch")
        _check_in_only("--switch-unproven", key, only)
    if profile is not None:
        built_in_family(profile)
    if profile:
        _check_in_only("--profile-key", profile, only)
    options: dict[str, str] = {}
    if only:
        options["only"] = ",".join(key for key in _KEYS if key in only)
    if profile:
        options["profile"] = profile
    if unproven:
        options["switch_unproven"] = ",".join(key for key in _KEYS if key in unproven)
    return {**options, **dict(flags)}


def _check_in_only(option: str, key: str, only: Sequence[str]) -> None:
    """Raises UnknownFamily if --only is given, and leaves out the family `key` of another option.

    >>> _check_in_only("--profile-key", "sentry4", [])
    >>> _check_in_only("--profile-key", "sentry4", ["apc-rpdu2"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.supports.own_profiles.UnknownFamily: --profile-key sentry4 is not one of the families ...
    """
    if only and key not in only:
        raise UnknownFamily(
            f"{option} {key} is not one of the families of --only ({', '.join(only)})"
        )


def _suggestion(text: str) -> str:
    """The end of the error of an unknown family: those whose names are like what was typed.

    >>> _suggestion("sentry5")
    'similar: sentry4, sentry3'
    >>> _suggestion("xxxxxx")
    'to list all families, run: pdu snmp families'
    """
    word = text.lower()
    keys = _keys_with(word) or similar_names(word, _KEYS, _MOST_SHOWN)
    if not keys:
        return "to list all families, run: pdu snmp families"
    shown_keys = ", ".join(keys[:_MOST_SHOWN])
    further_count = len(keys) - _MOST_SHOWN
    if further_count > 0:
        return f"similar: {shown_keys} and {further_count} more"
    return f"similar: {shown_keys}"


def _keys_with(word: str) -> list[str]:
    """The keys of the families with this text, in small letters, in their key, vendor or models;
    none for a single letter, which most of them have.

    >>> _keys_with("sentry"), _keys_with("s")
    (['sentry3', 'sentry4'], [])
    """
    if len(word) < 2:
        return []
    keys: list[str] = []
    for family in PROFILES:
        names = "\n".join((family.key, family.vendor, *family.models))
        if word in names.lower():
            keys.append(family.key)
    return keys


def options_source(flag_values: Mapping[str, str]) -> str:
    r"""The text of an options.py: ASCII, and always the same for the same options.

    >>> print(options_source({"only": "apc-rpdu2"}).partition("\n")[2], end="")
    OPTIONS: dict[str, str] = {
        'only': 'apc-rpdu2',
    }
    """
    rows = "".join(f"    {key!r}: {ascii(flag_values[key])},\n" for key in sorted(flag_values))
    return (
        '"""Build options of this archive, written by packaging/build.py."""\n'
        f"OPTIONS: dict[str, str] = {{\n{rows}}}\n"
    )
