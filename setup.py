"""The packages of the wheel, which pyproject.toml cannot say. All the rest is in pyproject.toml.

site-packages gets one name, that of this project. Scripts import what the package `handlers` holds
from it: `dcimanager_pdu_handlers.raritan`. The program `pdu` needs `common`, `pdu_common`,
`handlers` and `pdu` by these names: they lie in its folder `program`, but for the packages inside
`handlers`, which are there once. `pdu handler check` tries handlers on the simulated units of
tests/simulators/snmp_units. The type stubs of the Raritan binding are made here.
"""

import subprocess
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

OWN = "dcimanager_pdu_handlers"
PROGRAM = f"{OWN}.program"
UNITS = f"{PROGRAM}.tests.simulators.snmp_units"


def _below(name: str) -> list[str]:
    return find_packages(include=[name, f"{name}.*"])


class _Build(build_py):
    """Of the units, the files of data alone; and stubs, which the tree may lack."""

    def run(self):
        super().run()
        folder = Path(self.build_lib, OWN, "raritan", "rpc", "_idl")
        if folder.is_dir():  # not for an installation that uses the tree itself
            program = Path(__file__).with_name("packaging") / "idl_stubs.py"
            subprocess.run([sys.executable, str(program), str(folder)], check=True)

    def find_package_modules(self, package, package_dir):
        return [] if package == UNITS else super().find_package_modules(package, package_dir)


_PLACES = {
    **{
        f"{PROGRAM}.{name}": name for top in ("common", "pdu_common", "pdu") for name in _below(top)
    },
    f"{PROGRAM}.handlers": "handlers",
    UNITS: "tests/simulators/snmp_units",
    **{
        f"{OWN}{name.removeprefix('handlers')}": name
        for name in _below("handlers")
        if name != "handlers"
    },
}
setup(
    cmdclass={"build_py": _Build},
    packages=[OWN, *_PLACES],
    package_dir={
        OWN: f"packaging/import_names/{OWN}",
        **{package: name.replace(".", "/") for package, name in _PLACES.items()},
    },
)
