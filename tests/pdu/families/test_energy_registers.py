"""What the MIBs say of energy registers: units, and where they begin again at 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.figures import Figure, Total
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from handlers.snmp.sources import Scalar
from pdu.families import energy_registers
from pdu.families.energy_registers import TEXTS, SnmpRegister
from tests import recordings
from tests.handlers.snmp.memory import of_rows
from tests.needs import ROOT
from tests.simulators.snmp_agent import Row, read_snmprec
from tests.simulators.snmp_agent.device import COUNTER, COUNTER64

UNKNOWN = SnmpRegister()
SYNTAXES = {COUNTER: "Counter32", COUNTER64: "Counter64"}


def figures(profile: Profile) -> Iterator[Figure]:
    """The figures of energy, of outlets and of the PDU itself."""
    yield from (outlet.energy for outlet in profile.outlets if outlet.energy)
    yield from profile.energy.figures if profile.energy else ()


def recorded(profile: Profile) -> Iterator[Mapping[str, Row]]:
    folder = ROOT.joinpath(*recordings.__name__.split("."))
    for path in sorted(folder.glob(f"{profile.key}*.snmprec")):
        if path.stem.partition("_")[0] == profile.key:
            yield read_snmprec(path.read_text("utf-8", "surrogateescape"))


def counters(profile: Profile, figure: Figure, rows: Mapping[str, Row]) -> set[str]:
    """Each SYNTAX of a counter among the objects below the columns and scalars of a figure."""
    named = {str(getattr(part, "oid", "")) for part in parts_of(figure.source)}
    roots = [root.oid for root in profile.roots] or [""]
    oids = tuple(f"{oid.replace('~', root)}." for oid in named if oid for root in roots)
    tags = {row.tag for oid, row in rows.items() if f"{oid}.".startswith(oids)}
    return {SYNTAXES[tag] for tag in tags & {*SYNTAXES}}


METERED = [profile for profile in PROFILES if any(figures(profile))]


def test_each_energy_that_was_recorded_as_a_counter_has_its_syntax() -> None:
    keys = set()
    for profile in METERED:
        for figure in figures(profile):
            counted = set().union(*(counters(profile, figure, rows) for rows in recorded(profile)))
            assert counted <= {figure.syntax}, f"{profile.key}: give the figure syntax={counted}"
            keys |= {profile.key} if counted else set()
    assert keys >= {"cpi-econnect", "riedo-updu"}


def test_an_energy_that_was_recorded_as_text_has_no_unit() -> None:
    keys = set()
    for profile in METERED:
        for rows in recorded(profile):
            readers = [Reader(of_rows(rows), root) for root in profile.roots_for("")]
            values = [
                value
                for reader in readers
                for figure in figures(profile)
                for value in figure.source.rows(reader).values()
            ]
            if any(isinstance(value, str) and "." in value for value in values):
                keys.add(profile.key)
    assert keys >= TEXTS
    assert all(
        energy_registers.registers_of_family(key) == energy_registers.Registers() for key in keys
    )


@pytest.mark.parametrize(
    "family, outlets, own",
    [
        ("apc-rpdu2", SnmpRegister(0.1), UNKNOWN),  # its own: the sum of a chain's units
        ("eaton-epdu", SnmpRegister(0.001), UNKNOWN),
        ("apc-isx-modular", SnmpRegister(0.1), SnmpRegister(0.1)),
        (
            "apnl-modular",
            SnmpRegister(1.0),
            SnmpRegister(1.0),
        ),  # a scalar that only some types have
        ("cyberpower-ats", UNKNOWN, SnmpRegister(0.1)),  # without outlets
        ("netio", SnmpRegister(0.001), UNKNOWN),  # else the sum of its outlets
        ("raritan-px2", UNKNOWN, UNKNOWN),  # an exponent
        ("rittal-cmc3", UNKNOWN, UNKNOWN),  # a factor
        ("riedo-updu", UNKNOWN, UNKNOWN),  # an outlet may have several meters
        ("clever-rpdu", UNKNOWN, UNKNOWN),  # INTEGER or text
        ("synaccess-netbooter", UNKNOWN, UNKNOWN),  # text
        ("pdumib-v07", SnmpRegister(0.001), UNKNOWN),  # its own: else the sum of its phases
        ("dataprobe-iboot", UNKNOWN, UNKNOWN),  # no energy
    ],
)
def test_the_unit_is_that_of_the_one_object(
    family: str, outlets: SnmpRegister, own: SnmpRegister
) -> None:
    assert energy_registers.registers_of_family(family) == (outlets, own)


def test_a_wrap_is_known_only_if_all_figures_of_a_register_have_the_same_syntax() -> None:
    def read(*syntaxes: str) -> SnmpRegister:
        return energy_registers.profile_registers(
            Profile(
                "acme-meter",
                "Acme",
                ("Meter",),
                "ACME-MIB",
                energy=Total(
                    tuple(
                        Figure(Scalar(f"1.3.{place}.0"), Decimal("0.1"), syntax=syntax)
                        for place, syntax in enumerate(syntaxes)
                    )
                ),
                evidence=Evidence(energy=EvidenceLevel.MIB),
            )
        ).own

    assert read("") == SnmpRegister(0.1)
    assert read("Counter32") == read("Counter32", "Counter32") == SnmpRegister(0.1, 2**32 * 0.1)
    assert read("Counter64") == SnmpRegister(0.1, 2**64 * 0.1)
    assert read("Counter32", "Counter64") == read("Counter32", "") == SnmpRegister(0.1)
