"""The handler's settings and build options, and the choice of families and permissions that follows
from them.

A setting is the owner's word for one PDU: `profile` "apc-rpdu2", `switch_unproven` "yes". A build
option is his word for all PDUs of an archive, which he gave when he built it. `settings[SETTING]`
is the value of a setting, its default if the owner gave none; SettingsError if it is not valid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional, TypeVar

from ..shared.errors import NamedSetting, SettingsError
from ..shared.labels import ENCODING
from ..shared.settings import UNKNOWN_FIGURES, UNSET, Setting, Settings, yes_no
from ..shared.similar_names import similar_names
from . import schema
from .profile import Profile
from .profiles import PROFILES

T = TypeVar("T")
_MOST_SIMILAR = 3  # families suggested in an error


def _key(word: str) -> str:
    """The key of a family, in lower case. Raises ValueError for what is none.

    >>> _key("APC-rPDU2")
    'apc-rpdu2'
    """
    if not re.fullmatch("[a-z0-9-]+", word.lower()):
        raise ValueError(word)
    return word.lower()


def _keys(words: str) -> tuple[str, ...]:
    """The keys of several families, comma separated. Raises ValueError for what is none.

    >>> _keys("apc-ats, baytech")
    ('apc-ats', 'baytech')
    """
    return tuple(_key(word.strip()) for word in words.split(","))


PROFILE: Setting[str] = Setting(
    "profile",
    "the key of a family in the table of supported devices",
    _key,
    "",
    "read the PDU as this family instead of detecting it: for slow cards, it saves the reads of"
    " other families and, for most, that of sysObjectID",
)


def _permission(key: str, description: str) -> Setting[bool]:
    """A setting by which the owner allows something, yes or no; no by default."""
    return Setting(key, "yes or no", yes_no, False, description)


SWITCH_UNPROVEN = _permission(
    "switch_unproven",
    "yes: also switch a family whose commands are unproven; try one idle outlet first",
)
METERED_ONLY = _permission(
    "metered_only",
    "yes: the unit has no outlets to list, so an empty table of outlets is not an error",
)
SWITCH_AUTOMATIC = _permission(
    "switch_automatic",
    "yes: also switch outlets in an automatic mode (NetPing: watchdog, schedule, logic), "
    "which a command ends permanently",
)
SETTINGS: Sequence[Setting[object]] = (
    PROFILE,
    SWITCH_UNPROVEN,
    METERED_ONLY,
    SWITCH_AUTOMATIC,
    UNKNOWN_FIGURES,
    ENCODING,
)

ONLY: Setting[tuple[str, ...]] = Setting(
    "only",
    "keys of families, comma separated",
    _keys,
    (),
    "detect only these families",
    longest=10_000,
)
OWN_PROFILE: Setting[str] = Setting(
    "own_profile", "a profile as JSON", str, "", "read each PDU as this family", longest=1_000_000
)
SWITCH_FAMILIES: Setting[tuple[str, ...]] = Setting(
    SWITCH_UNPROVEN.key,
    "keys of families, comma separated",
    _keys,
    (),
    "also switch these families, whose commands are unproven; try one idle outlet first",
    longest=10_000,
)
BUILD_OPTIONS: Sequence[Setting[object]] = (
    *(setting for setting in SETTINGS if setting is not SWITCH_UNPROVEN),
    SWITCH_FAMILIES,
    ONLY,
    OWN_PROFILE,
)


class FamilySelection(NamedTuple):
    """What the owner's settings and the archive's build say of a PDU."""

    profiles: Sequence[Profile]  #: the families to detect, or the one to read the device as
    is_fixed: bool  #: there is one, which is not detected
    switch_unproven: bool  #: unproven families are switched
    metered_only: bool = False
    switch_automatic: bool = False
    unset_unknown: bool = False  #: a figure that is not known now is no error
    encoding: str = ""  #: of names that are not UTF-8
    switched_families: Sequence[str] = ()  #: keys of unproven families that are switched

    def switches_unproven(self, profile: Profile) -> bool:
        """Whether the owner's word allows the commands of this family if it is unproven."""
        return self.switch_unproven or profile.key in self.switched_families


def select_families(settings: Mapping[str, str], build: Mapping[str, str]) -> FamilySelection:
    """The families that a PDU may be of, and what its owner allows. `settings`: of the PDU;
    `build`: of the archive, for each setting that the PDU does not have. Raises SettingsError.

    >>> choice = select_families({"metered_only": "yes"}, {"only": "apc-ats", "metered_only": "no"})
    >>> [profile.key for profile in choice.profiles], choice.is_fixed, choice.metered_only
    (['apc-ats'], False, True)

    A family that a setting or the build names is fixed, so that it is not detected:

    >>> choice = select_families({"profile": "apc-rpdu2"}, {})
    >>> [profile.key for profile in choice.profiles], choice.is_fixed
    (['apc-rpdu2'], True)

    With a profile of the owner's own, `switch_unproven` is true unless a setting says no: the owner
    vouches for the commands.
    """
    owner_settings, build_options = Settings(settings, SETTINGS), Settings(build, BUILD_OPTIONS)

    def is_set(setting: Setting[T]) -> bool:
        """Whether the PDU has a text for this setting."""
        return bool(settings.get(setting.key, "").strip())

    def choice(setting: Setting[T]) -> T:
        """The owner's choice; that of the archive's build options if the setting is empty."""
        return owner_settings[setting] if is_set(setting) else build_options[setting]

    switched_families = [
        _find_family(key, PROFILES, SWITCH_FAMILIES).key for key in build_options[SWITCH_FAMILIES]
    ]
    own_profile = _own_profile(build_options)
    built_families = tuple(_find_family(key, PROFILES, ONLY) for key in build_options[ONLY])
    profiles = (own_profile,) if own_profile else built_families or PROFILES
    fixed_key = choice(PROFILE)
    if not fixed_key and own_profile is not None:
        fixed_key = own_profile.key
    switch_unproven = owner_settings[SWITCH_UNPROVEN]
    if is_set(SWITCH_UNPROVEN):
        switched_families = []  # the setting says yes or no for all families
    elif own_profile is not None:
        switch_unproven = True
    return FamilySelection(
        profiles=(_find_family(fixed_key, profiles, PROFILE),) if fixed_key else profiles,
        is_fixed=bool(fixed_key),
        switch_unproven=switch_unproven,
        metered_only=choice(METERED_ONLY),
        switch_automatic=choice(SWITCH_AUTOMATIC),
        unset_unknown=choice(UNKNOWN_FIGURES) == UNSET,
        encoding=choice(ENCODING),
        switched_families=tuple(switched_families),
    )


def _own_profile(build_options: Settings) -> Optional[Profile]:
    """The profile of the owner's own that the archive was built with; None without one. The build
    option `own_profile` has it as JSON text. Raises SettingsError if it is not valid, or if the
    archive was built for some families, too.

    '{"key": "acme", "vendor": "Acme", …}'          Profile("acme", "Acme", …)
    the same, and the build option `only`           SettingsError
    """
    profile_text = build_options[OWN_PROFILE]
    if not profile_text:
        return None
    if build_options[ONLY]:
        raise SettingsError(
            f"this archive was built with {ONLY.key} and with {OWN_PROFILE.key}: build it with one"
        )
    try:
        return schema.loads(profile_text)
    except schema.ProfileError as error:
        raise SettingsError(
            f"the profile that this archive was built with is not valid: {error}"
        ) from None


def _find_family(key: str, profiles: Sequence[Profile], setting: Setting[object]) -> Profile:
    """The family with this key, of `profiles`. `setting`: where the owner wrote it, for the error.
    Raises SettingsError for a key that no family has, with up to three similar ones:

    "apc"   SettingsError("profile names the family 'apc', …; similar: apc-rpdu2, apc-rpdu, …")
    "xyz"   SettingsError("profile names the family 'xyz', …; its families include …")
    """
    for profile in profiles:
        if profile.key == key:
            return profile
    keys = [profile.key for profile in profiles]
    keys_with_word = [family for family in keys if key in family][:_MOST_SIMILAR]
    similar_keys = keys_with_word or similar_names(key, keys, _MOST_SIMILAR)
    advice = f"its families include {', '.join(keys[:_MOST_SIMILAR])}"
    if similar_keys:
        advice = f"similar: {', '.join(similar_keys)}"
    raise SettingsError(
        (
            NamedSetting(setting.key),
            f" names the family {key[:60]!r}, which this handler does not have; {advice}",
        )
    )
