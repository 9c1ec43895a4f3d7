"""What the SNMP handler knows, for people: families as tables, the parts of a profile, a family as JSON, a check of one's own."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Optional, Sequence

from .. import ending
from . import building, catalogue, schema
from .profile import Profile
from .profiles import PROFILES

_TABLES = {"devices": catalogue.devices, "identities": catalogue.identities, "costly": catalogue.costly}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m handlers.snmp", description=__doc__,
                                     epilog="exit codes: 0 done; 2 wrong arguments, or a profile that is not right")
    calls = parser.add_subparsers(dest="call", required=True)
    calls.add_parser("devices", help="the supported devices, and what each capability rests on (Markdown)")
    calls.add_parser("identities", help="where identities, numbers, names and loads come from (Markdown)")
    calls.add_parser("costly", help="families whose status costs more than one walk (Markdown)")
    calls.add_parser("parts", help="the parts that a profile is made of (Markdown)")
    calls.add_parser("show", help="a family as JSON").add_argument("family", type=_family, metavar="FAMILY", help="its key in the table of devices")
    calls.add_parser("check", help="check a profile in JSON").add_argument("file", type=Path, metavar="FILE.json")
    chosen = parser.parse_args(arguments)
    if chosen.call in _TABLES:
        print(_TABLES[chosen.call](PROFILES))
    elif chosen.call == "parts":
        print(schema.reference())
    elif chosen.call == "show":
        print(schema.dumps(chosen.family))
    else:
        return _check(chosen.file)
    return 0


def _family(key: str) -> Profile:
    for profile in PROFILES:
        if profile.key == key:
            return profile
    raise argparse.ArgumentTypeError(f"there is no family {key!r}; python -m handlers.snmp devices lists them")


def _check(file: Path) -> int:
    try:
        profile = building.read(file)
    except schema.ProfileError as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    print(f"{file}: the profile '{profile.key}' is valid")
    return 0


if __name__ == "__main__":
    sys.exit(ending.run(main))
