"""The families. While the old form is translated: see old/."""

import importlib
import pkgutil

from ..old.profiles import PROFILES as OLD_PROFILES
from ..old.translate import about, family
from ..profile import Profile

FILES = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
#: files in the last form
WRITTEN = {p.key: p for file in FILES for p in getattr(file, "PROFILES", ())}
#: files whose names and evidence are still those of the old profile
PARTLY = {key: f for file in FILES for key, f in getattr(file, "HERE", {}).items()}


def _new(old):
    if old.key in WRITTEN:
        return WRITTEN[old.key]
    if old.key in PARTLY:
        return Profile(**{**about(old), **PARTLY[old.key].keywords})
    return family(old)


PROFILES = tuple(map(_new, OLD_PROFILES))
PROFILE_BY_KEY = {profile.key: profile for profile in PROFILES}
