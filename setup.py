"""The packages of the wheel, which pyproject.toml cannot say: those of this tree, inside a package
of this project's name (packaging/dcimanager_pdu_handlers). All the rest is in pyproject.toml.
"""

from setuptools import find_namespace_packages, setup

OWN = "dcimanager_pdu_handlers"
CARRIED = ("common", "pdu_common", "handlers", "pdu")

setup(
    packages=[
        OWN,
        *(
            f"{OWN}.{name}"
            for name in find_namespace_packages(
                include=[*CARRIED, *(f"{name}.*" for name in CARRIED)]
            )
        ),
    ],
    package_dir={
        OWN: f"packaging/{OWN}",
        **{f"{OWN}.{name}": name for name in CARRIED},
    },
)
