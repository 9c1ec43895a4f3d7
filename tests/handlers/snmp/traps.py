"""Traps in the MIBs of PDUs (not SNMP notifications): pitfalls that cause wrong commands or
readings.

Each trap has its answer and its tests. `tests` are pytest ids relative to this folder;
test_traps.py checks that each exists. An id without brackets means all cases of the test; brackets
hold a case or, of a test that goes through all synthetic units, a unit. The test of
test_recordings.py is named so, because its cases are recordings outside this repository.
"""

from __future__ import annotations

from typing import NamedTuple

_FAMILIES = "test_families.py::"
_STATES = _FAMILIES + "test_outlets_and_states_are_listed_in_the_units_order"
_SWITCH = _FAMILIES + "test_a_command_writes_exactly_its_outlets_objects_and_moves_no_other_outlet"
_NUMBERS = _FAMILIES + "test_numbers_and_names_agree_with_the_unit"
_FIGURES = _FAMILIES + "test_figures_of_outlets_agree_with_the_unit_and_none_is_invented"
_TOTALS = _FAMILIES + "test_totals_agree_with_the_unit_and_count_no_current_twice"
_PADDING = _FAMILIES + "test_rows_that_are_not_outlets_are_never_shown"
_READ_ONLY = _FAMILIES + "test_a_unit_with_unproven_or_no_switching_is_read_only"
_IGNORED = _FAMILIES + "test_a_command_that_is_accepted_and_ignored_leaves_the_state_unknown"
_NOWHERE = _FAMILIES + "test_an_unknown_outlet_is_an_error_and_nothing_is_written"
_FOUND = _FAMILIES + "test_a_unit_is_detected_as_its_family"
_OTHERS = _FAMILIES + "test_a_unit_fits_only_its_own_family_and_those_named_in_its_fixture"
_COST = _FAMILIES + "test_a_status_costs_the_requests_that_the_fixture_expects"
_READ = _FAMILIES + "test_status_and_statistics_in_memory_agree_with_each_unit"
_RESERVED = "test_refusals.py::test_a_reserved_outlet_is_not_switched_and_nothing_is_written"


class Trap(NamedTuple):
    """`answer` names what handles the trap."""

    number: int
    trap: str
    answer: str
    tests: tuple[str, ...]


def _on(test: str, *units: str) -> tuple[str, ...]:
    return tuple(f"{test}[{unit}]" for unit in units)


TRAPS: tuple[Trap, ...] = (
    Trap(
        1,
        "state and command inverted in one MIB (APC rPDU2, Easy PDU)",
        "State and Write have separate values",
        _on(_STATES, "apc-rpdu2", "apc-easy-epdu") + _on(_SWITCH, "apc-rpdu2", "apc-easy-epdu"),
    ),
    Trap(
        2,
        "APC's cPDU swaps the rPDU's commands; nLogic has HPE's layout, not Enlogic's",
        "Write of each family; one function for each layout (enlogic.family, hpe.outlets)",
        _on(_SWITCH, "apc-cpdu", "enlogic", "eaton-nlogic", "apc-rpdu"),
    ),
    Trap(
        3,
        "copies of a MIB with renumbered values; IBM's two layouts under one sysObjectID",
        "State of each family; two Outlets, the older one behind Provided and Unless",
        _on(
            _SWITCH,
            "eaton-epdu",
            "hpe-mapdu2",
            "hpe-mapdu3",
            "panduit-g5",
            "dell-rpdu",
            "cyberpower-epdu2",
            "ibm-dpi",
            "ibm-dpi_older",
        )
        + _on(_READ_ONLY, "ibm-dpi_doubtful")
        + ("test_joins.py::test_a_source_has_rows_only_if_every_tested_value_matches",),
    ),
    Trap(
        4,
        "command 2 is not off (MasterSwitch Plus: off is 3, Geist v5: 4, Avocent: 3)",
        "Write",
        _on(_SWITCH, "apc-masterswitch-plus", "geist-v5", "avocent-pm"),
    ),
    Trap(
        5,
        "one column whose written values differ from those read (Geist v3)",
        "State and Write on the same Column",
        _on(_STATES, "geist-v3") + _on(_SWITCH, "geist-v3"),
    ),
    Trap(
        6,
        "states are a general sensor enumeration (PX2 and later)",
        "State on=7, off=8; Write 1 and 0",
        _on(_STATES, "raritan-px2") + _on(_SWITCH, "raritan-px2"),
    ),
    Trap(
        7,
        "state and command in neighbouring columns with different numbers (Liebert, Planet)",
        "Write",
        _on(_SWITCH, "liebert-mph", "planet-ipm"),
    ),
    Trap(
        8,
        "off is 1 and on is 2 (Tripp Lite, Aten, Teltronix); on is 1 and off is 2 (Synaccess)",
        "State and Write",
        _on(_SWITCH, "tripplite-products", "aten-pe", "teltronix", "synaccess-netbooter"),
    ),
    Trap(
        9,
        "large numbers (Digital Loggers: 257 and 259)",
        "State and Write",
        _on(_STATES, "dli-energy-object") + _on(_SWITCH, "dli-energy-object"),
    ),
    Trap(
        10,
        "pending and locked states",
        "State: only the values that are surely on or off; the others are UNKNOWN",
        _on(_STATES, "eaton-epdu", "hpe-mapdu3", "planet-ipm", "ipoman", "baytech", "sentry3")
        + ("test_figures.py::test_only_the_documented_values_are_on_or_off",),
    ),
    Trap(
        11,
        "states as words (HP iPDU, Clever)",
        "State with strings",
        _on(_STATES, "hpe-ipdu", "clever-ms-pdu") + ("test_figures.py::test_states_may_be_text",),
    ),
    Trap(
        12,
        "a column for each verb, whose value is a delay (Eaton, HPE, Panduit)",
        "Verbs, always 0",
        _on(_SWITCH, "eaton-epdu", "hpe-mapdu2", "panduit-g5")
        + ("test_controls.py::test_each_verb_has_its_column_and_writes_a_delay_of_zero",),
    ),
    Trap(
        13,
        "unlock, then write, within seconds (Schleifenbauer)",
        "Unlock",
        _on(_SWITCH, "schleifenbauer")
        + ("test_controls.py::test_an_outlet_is_unlocked_before_its_command",),
    ),
    Trap(
        14,
        "one string with all outlets, which a write replaces (DigiPower)",
        "Packed and WritePacked",
        _on(_SWITCH, "digipower")
        + (
            "test_controls.py::test_a_packed_text_is_read_again_right_before_the_write",
            "test_controls.py::test_a_neighbour_that_is_neither_on_nor_off_forbids_the_write",
            "test_controls.py::test_a_text_longer_than_the_mib_allows_is_not_written",
        ),
    ),
    Trap(
        15,
        "a column for each outlet, with limits right after the last (Vertiv DCS)",
        "Spread by_row, bounded on both sides",
        _on(_SWITCH, "vertiv-dcs-mpdu")
        + _on(_NOWHERE, "vertiv-dcs-mpdu")
        + (
            "test_sources.py::test_a_spread_never_leaves_its_bounds_on_either_side",
            "test_sources.py::test_a_spread_by_row_puts_the_unit_first_and_ends_at_its_last_column",
        ),
    ),
    Trap(
        16,
        "no verb for a cycle (Gude, DLI, ICT, Easy PDU, Tycon WEB2, Teltronix, DigiPower)",
        "rule: off and on are absolute, no cycle is sent",
        _on(_SWITCH, "gude-epc", "ict-pdu", "tycon-tpdin2")
        + ("test_controls.py::test_a_write_is_one_absolute_value_to_one_object",),
    ),
    Trap(
        17,
        "a cycle of an outlet that is off: some devices ignore it, others switch the outlet on",
        "rule: off and on are absolute, no cycle is sent",
        _on(_SWITCH, "liebert-mph", "hpe-mapdu3")
        + ("test_switching.py::test_an_outlet_already_in_the_wanted_state_is_written",),
    ),
    Trap(
        18,
        "locks, rights and passwords; SET disabled on delivery",
        "Guarded, whose test is read right before the write; Denied where the device says so",
        (
            _RESERVED,
            "test_refusals.py::test_an_outlet_that_is_not_reserved_is_switched",
            "test_controls.py::test_a_set_lock_forbids_the_write_and_a_device_without_locks_does_not",
            "test_switching.py::test_the_error_for_a_read_only_community_says_so",
        ),
    ),
    Trap(
        19,
        "a write that succeeds and does nothing",
        "rule: the state is read back, and is UNKNOWN unless it is the wanted one",
        _on(_IGNORED, "avocent-pm", "schleifenbauer", "liebert-mph")
        + (
            "test_switching.py::test_the_state_is_unknown_if_a_device_accepts_a_command_and_does_nothing",
        ),
    ),
    Trap(
        20,
        "counters that a write resets, next to the commands",
        "rule: exactly the objects of the control are written",
        _on(_SWITCH, "eaton-epdu", "liebert-mph"),
    ),
    Trap(
        21,
        "a command that also executes the commands marked for other outlets (WTI)",
        "Unmarked",
        _on(_SWITCH, "wti-power")
        + ("test_controls.py::test_a_mark_on_another_outlet_forbids_the_write",),
    ),
    Trap(
        22,
        "rows and units that count from 0",
        "identity is the row; Number or a column of the device has the printed number",
        _on(
            _NUMBERS,
            "synaccess-netbooter",
            "synaccess-netbooter_older",
            "dataprobe-iboot",
            "ict-pdu",
            "eaton-revelation",
            "hpe-mapdu2",
        )
        + _on(_SWITCH, "synaccess-netbooter", "eaton-revelation"),
    ),
    Trap(
        23,
        "an index of three parts; other programs read only 1.1.x (Sentry3, Liebert)",
        "identity is the whole index",
        _on(_STATES, "sentry3", "liebert-mph", "sentry4"),
    ),
    Trap(
        24,
        "a string in the index (CPI)",
        "identity is the whole index; Number makes the printed number",
        _on(_STATES, "cpi-econnect") + _on(_NUMBERS, "cpi-econnect"),
    ),
    Trap(
        25,
        "a gap in the numbering (Aten)",
        "Spread with spans",
        _on(_SWITCH, "aten-pe") + ("test_sources.py::test_a_spread_follows_gaps_in_the_numbering",),
    ),
    Trap(
        26,
        "the device's address in the index (Schleifenbauer, Conteg)",
        "identity is the whole index",
        _on(_STATES, "schleifenbauer", "schleifenbauer_conteg"),
    ),
    Trap(
        27,
        "rows numbered consecutively over a chain (APC, CyberPower)",
        "Chained number; Joined by unit and number",
        _on(_NUMBERS, "apc-rpdu2", "cyberpower-epdu2")
        + _on(_FIGURES, "apc-rpdu2", "cyberpower-epdu2"),
    ),
    Trap(
        28,
        "switched and metered tables with different rows",
        "Joined, Gathered, Renumbered; by the row only if both tables number the outlets alike",
        _on(_FIGURES, "schleifenbauer", "gude-epc", "riedo-updu", "apc-cpdu", "dell-rpdu")
        + ("test_joins.py::test_a_join_matches_module_and_number_and_not_the_row",),
    ),
    Trap(
        29,
        "no table of outlets, and variables whose numbers change with the firmware (Rittal)",
        "Named: the variable's whole name",
        _on(_STATES, "rittal-cmc3")
        + (
            "test_sources.py::test_variables_are_found_by_their_whole_name_and_never_by_a_similar_end",
        ),
    ),
    Trap(
        30,
        "rows that are not outlets",
        "absent, Only",
        _on(
            _PADDING,
            "apc-cpdu",
            "hpe-mapdu3",
            "hpe-mapdu3_metered",
            "panduit-g5",
            "aten-pe",
            "apc-easy-epdu",
        )
        + _on(_STATES, "vertiv-dcs-mpdu"),
    ),
    Trap(
        31,
        "tables that mix outlets, phases and totals",
        "Only by the row's kind",
        _on(_FIGURES, "riedo-updu") + _on(_TOTALS, "apc-rpdu", "cyberpower-epdu", "riedo-updu"),
    ),
    Trap(
        32,
        "the neutral among the lines",
        "Only and Arc",
        _on(
            _TOTALS,
            "sentry3",
            "sentry4",
            "raritan-px2",
            "raritan-px1",
            "hpe-mapdu3",
            "eaton-epdu",
            "apc-ats",
        )
        + ("test_handler.py::test_the_neutral_of_a_three_phase_tower_is_not_added",),
    ),
    Trap(
        33,
        "values that mean 'not measured'",
        "Figure.absent; text without a number and a value below zero (but see 40) are not figures",
        _on(
            _FIGURES,
            "apc-rpdu2",
            "sentry3",
            "aten-pe",
            "vertiv-dcs-mpdu",
            "avocent-pm",
            "raritan-px1",
        )
        + ("test_figures.py::test_an_unmeasured_value_is_not_a_figure_and_never_zero",),
    ),
    Trap(
        34,
        "units of energy, three in one MIB; projections that are not counters",
        "Figure.scale of each column; no energy where there is no counter",
        _on(
            _FIGURES,
            "eaton-epdu",
            "apc-rpdu2",
            "hpe-mapdu3",
            "panduit-g5",
            "cpi-econnect",
            "sentry3",
            "schleifenbauer",
        )
        + _on(_TOTALS, "sentry3", "panduit-g5", "tripplite-products"),
    ),
    Trap(
        35,
        "units of current",
        "Figure.scale of each column",
        _on(
            _FIGURES,
            "cyberpower-epdu",
            "sentry3",
            "eaton-epdu",
            "hpe-mapdu2",
            "hpe-mapdu3",
            "dell-rpdu",
            "ict-pdu",
            "aten-pe",
        ),
    ),
    Trap(
        36,
        "units of power; VA called power",
        "Figure.scale; VA is not taken for W",
        _on(_TOTALS, "apc-rpdu2", "cpi-econnect") + _on(_FIGURES, "cpi-econnect", "apc-rpdu2"),
    ),
    Trap(
        37,
        "wrong text in the MIB (HPE's mW, iPoMan's Kwatt, BSPDU's KWh)",
        "data: from recordings, else from what the neighbouring objects make plausible",
        _on(_TOTALS, "hpe-mapdu3", "ts-bspdu")
        + _on(_FIGURES, "ipoman")
        + ("test_recordings.py::test_a_recorded_unit_has_every_expected_figure",),
    ),
    Trap(
        38,
        "the scale is in another column (Raritan, Rittal, Bachmann)",
        "Figure.exponent, Figure.factor",
        _on(_FIGURES, "raritan-px2", "raritan-px2_sensors", "rittal-cmc3", "bachmann-bluenet2")
        + (
            "test_figures.py::test_decimal_digits_are_a_negative_power_of_ten",
            "test_figures.py::test_a_positive_factor_multiplies_and_a_negative_one_divides_and_zero_changes_nothing",
        ),
    ),
    Trap(
        39,
        "an on/off sensor whose value stays 0 (PX3, PX4)",
        "the STATE column, Column.suffix 14",
        _on(_STATES, "raritan-px2_sensors")
        + ("test_sources.py::test_a_suffix_selects_rows_by_whole_arcs_and_is_cut_off",),
    ),
    Trap(
        40,
        "figures below zero (ICT)",
        "Figure.magnitude",
        _on(_FIGURES, "ict-pdu") + ("test_figures.py::test_magnitude_drops_the_sign_of_a_figure",),
    ),
    Trap(
        41,
        "SNMPv1 only",
        "one object for each GET, walks by GETNEXT; every unit's versions are in its fixture",
        _on(_READ, "apc-masterswitch", "cyberpower-epdu", "ip9258"),
    ),
    Trap(
        42,
        "text as octets, also with NULs; OIDs with a leading dot",
        "decoding.text, host.rows.oid_arcs, host.snmp.Snmp",
        _on(_FOUND, "apc-cpdu")
        + _on(_STATES, "hpe-mapdu3")
        + (
            "test_decoding.py::test_a_value_is_read_as_text_without_its_padding",
            "test_decoding.py::test_octets_are_the_same_in_every_form_that_the_platform_returns",
        ),
    ),
    Trap(
        43,
        "slow agents with thousands of rows",
        "only columns, or the branch of a Spread, are walked",
        _on(_COST, "rittal-cmc3", "raritan-px2")
        + ("test_reader.py::test_a_column_is_walked_once_and_an_object_read_once",),
    ),
    Trap(
        44,
        "a state that is read back too early",
        "rule: read until the wanted state is reported or the deadline is over",
        (
            "test_switching.py::test_a_command_waits_for_a_slow_relay",
            "test_switching.py::test_a_state_other_than_the_wanted_one_is_unknown_after_the_deadline",
        ),
    ),
    Trap(
        45,
        "command numbers shifted by one (Pulizzi); before outlet 1, an object or row for all"
        " outlets (Pulizzi, PX1)",
        "a Spread with its own sub for commands; only identities that the walk found",
        _on(_SWITCH, "eaton-pulizzi", "eaton-pulizzi_ipc3600", "raritan-px1")
        + _on(_NOWHERE, "eaton-pulizzi", "raritan-px1")
        + (
            "test_controls.py::test_a_shifted_command_column_never_reaches_the_object_for_all_outlets",
        ),
    ),
    Trap(
        46,
        "column 3 is off in one MIB and on in another (Eaton, HPE)",
        "Verbs of each family",
        _on(_SWITCH, "eaton-epdu", "hpe-mapdu2", "hpe-mapdu3"),
    ),
    Trap(
        47,
        "a console server with another root (Avocent ACS)",
        "Root and ~",
        _on(_FOUND, "avocent-pm_acs")
        + _on(_SWITCH, "avocent-pm_acs")
        + _on(_OTHERS, "avocent-pm_acs"),
    ),
)
