"""The families on the two-step engine: of profiles of the algebra by translation, but for those
that are written here."""

import importlib
import os
import pkgutil
from dataclasses import replace

from ...profiles import PROFILES as OLD_PROFILES
from ..translate import family

FILES = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
#: files in the last form
WRITTEN = {p.key: p for file in FILES for p in getattr(file, "PROFILES", ())}
#: files whose names and evidence are still those of the old profile
PARTLY = {key: f for file in FILES for key, f in getattr(file, "HERE", {}).items()}


def _new(old):
    if os.environ.get("TRANSLATED"):
        return family(old)
    if old.key in WRITTEN:
        return WRITTEN[old.key]
    if old.key in PARTLY:
        from ..profile import Profile
        from ..translate import about

        return Profile(**{**about(old), **PARTLY[old.key].keywords})
    return family(old)


FAMILIES = {profile.key: _new(profile) for profile in OLD_PROFILES}
