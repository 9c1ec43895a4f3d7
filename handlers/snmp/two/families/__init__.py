"""The families on the two-step engine: of profiles of the algebra, by translation, but for those
that are written here."""

import os
from ...profiles import PROFILES
from ..translate import family
from . import apc, clever, cyberpower, digipower, eaton, hpe, raritan, servertech, vertiv

FILES = (apc, clever, cyberpower, digipower, eaton, hpe, raritan, servertech, vertiv)
WRITTEN = {key: family for file in FILES for key, family in file.HERE.items()}
FAMILIES = {
    profile.key: WRITTEN[profile.key](about=profile, ceilings=profile.ceilings)
    if profile.key in WRITTEN and not os.environ.get("TRANSLATED")
    else family(profile)
    for profile in PROFILES
}
