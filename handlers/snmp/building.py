"""What an archive of the SNMP handler is built with, checked before anything is built.

`packaging/build.py` asks here, and puts the text of `module` in the place of options.py. No archive needs this file, and
it needs no library: the handler itself is not imported.
"""
from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Sequence

from . import schema
from .profile import Profile
from .profiles import PROFILES
from .schema import ProfileError

_KEYS = PROFILES.keys
_LONGEST_KEY = 40                   # the key becomes a directory name and a row in DCImanager's list
_MOST_NEAR = 8


class UnknownFamily(ValueError):
    """One sentence that names the key and the families near it."""


class OwnFamily(NamedTuple):
    """An archive with one family of its owner's: `name` goes behind pdu_, `shown` into DCImanager's list of handlers."""

    name: str
    shown: str
    options: Dict[str, str]


def read(file: Path) -> Profile:
    """The profile in a JSON file; a byte order mark, as some editors write it, is no part of it. Raises ProfileError."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfileError("profile: the file is not UTF-8 text") from None
    except OSError as error:
        raise ProfileError(f"profile: the file cannot be read ({error.strerror})") from None
    return schema.loads(text)


def family(key: str) -> Profile:
    """The built-in family with this key. Raises UnknownFamily."""
    found = PROFILES.named(key)
    if found is None:
        raise UnknownFamily(f"there is no family {key[:60]!r}; {_near(key)}")
    return found


def own_family(profile: Profile) -> OwnFamily:
    """The archive of an owner's profile. Its text is JSON written anew: blanks and order in the owner's file do not count.

    Raises ProfileError where the key is too long for a name.
    """
    if len(profile.key) > _LONGEST_KEY:
        raise ProfileError(f"profile.key: {profile.key[:_LONGEST_KEY]!r}… is the archive's name; "
                           f"give at most {_LONGEST_KEY} characters")
    # A shell script holds this name, so whatever a shell might read is left out.
    vendor = " ".join(re.sub(r"[^\w.,&()/+-]", " ", profile.vendor).split())
    return OwnFamily(profile.key.replace("-", "_"), f"{vendor} (SNMP, own profile {profile.key})".lstrip(),
                     {"own_profile": schema.dumps(profile)})


def options(only: Sequence[str] = (), profile: str = "", flags: Sequence[str] = ()) -> Dict[str, str]:
    """The options of an archive with built-in families; those that are not given are left out. Raises UnknownFamily.

    `only` comes out in the order of PROFILES, the richer MIB first, since detection goes by it. `flags`: settings that are yes.
    """
    for key in (*only, *([profile] if profile else [])):
        family(key)
    if only and profile and profile not in only:
        raise UnknownFamily(f"the family {profile!r} is to be fixed, but is none of the chosen ones ({', '.join(only)})")
    chosen: Dict[str, str] = {}
    if only:
        chosen["only"] = ",".join(key for key in _KEYS if key in only)
    if profile:
        chosen["profile"] = profile
    return {**chosen, **dict.fromkeys(flags, "yes")}


def _near(text: str) -> str:
    """The families that may be meant: by a part of key, vendor or model, else by likeness."""
    word = text.lower()
    near: List[str] = []
    if len(word) > 1:
        near = [family.key for family in PROFILES
                if any(word in name.lower() for name in (family.key, family.vendor, *family.models))]
    near = near or difflib.get_close_matches(word, _KEYS, _MOST_NEAR, 0.5)
    if near:
        return f"near it: {', '.join(near[:_MOST_NEAR])}"
    return "pdu snmp families lists them"


def module(chosen: Mapping[str, str]) -> str:
    """The text of an options.py with these options; ASCII, and the same for the same options."""
    rows = "".join(f"    {key!r}: {ascii(chosen[key])},\n" for key in sorted(chosen))
    return ('"""What the builder of this archive decided; packaging/build.py wrote it."""\n'
            f"from typing import Dict\n\nOPTIONS: Dict[str, str] = {{\n{rows}}}\n")
