"""Faults that are planted in the product, each against one of its laws, and the quick tests that
must see it (test_mutants.py). A law without such a test would be lost unseen.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """`old` is in the file once, and `new` stands in its place."""

    law: str
    file: str
    old: str
    new: str
    #: words of pytest that choose the tests
    tests: str


_SWITCHING = "handlers/shared/switching.py"
_READINGS = "handlers/raritan/readings.py"
_STATES = "handlers/raritan/states.py"
_RESOURCES = "handlers/redfish/resources.py"
_TOTALS = "handlers/snmp/totals.py"
_COMPLETENESS = "handlers/snmp/completeness.py"
_CLIENT = "handlers/http/client.py"
_TESTS_OF_SWITCHING = "tests/handlers/test_switching.py"
_TESTS_OF_READING = "tests/handlers/raritan/test_unit_tables.py"
_TESTS_OF_STATES = f"tests/handlers/raritan/test_states.py {_TESTS_OF_READING}"
_TESTS_OF_OUTLETS = "tests/handlers/redfish"
_TESTS_OF_ROWS = "tests/handlers/snmp/test_missing_objects.py tests/handlers/snmp/test_units.py"
_TESTS_OF_FIGURES = "tests/handlers/snmp/test_lost_figures.py tests/handlers/snmp/test_figures.py"

MUTANTS = (
    # ---- switching
    Mutant(
        "a command is written once",
        _SWITCHING,
        "        write()\n",
        "        write()\n        write()\n",
        _TESTS_OF_SWITCHING,
    ),
    Mutant(
        "the wish is never reported as the fact",
        _SWITCHING,
        "clock() - end + deadline))\n                return EnumPowerStatus.UNKNOWN",
        "clock() - end + deadline))\n                return target",
        _TESTS_OF_SWITCHING,
    ),
    Mutant(
        "a write without a usable answer is an error unless the wanted state is read",
        _SWITCHING,
        "    raise _unclear(error, state) from error\n",
        "    return EnumPowerStatus.UNKNOWN\n",
        _TESTS_OF_SWITCHING,
    ),
    Mutant(
        "a device that reports the wanted state too early is read again",
        _SWITCHING,
        "if state is self._target and self._settling:",
        "if False:",
        _TESTS_OF_SWITCHING,
    ),
    # ---- reading
    Mutant(
        "a statistic of a device that does not answer is an error",
        "handlers/dcimanager/four_calls.py",
        "            figures = self.figures_of(session, with_power=False)\n",
        "            try:\n"
        "                figures = self.figures_of(session, with_power=False)\n"
        "            except Exception:\n"
        "                return PduStatisticView()\n",
        "tests/faults/test_matrix.py",
    ),
    # ---- HTTP
    Mutant(
        "an answer with another status is no reading",
        _CLIENT,
        "if reply.status not in answers:",
        "if reply.status >= 400:",
        "tests/faults/test_statuses.py",
    ),
    Mutant(
        "a command is not repeated after 408",
        _CLIENT,
        "if reply.status != 408 or request.once:",
        "if reply.status != 408:",
        "tests/handlers/http tests/faults/test_commands.py",
    ),
    Mutant(
        "a command opens a connection of its own, which no unit is about to close",
        "handlers/http/connection.py",
        "open_connection.where == where and not request.once:",
        "open_connection.where == where:",
        "tests/handlers/http",
    ),
    Mutant(
        "a command follows no redirect",
        "handlers/http/redirects.py",
        "if reply.status in REDIRECTS and not request.once:",
        "if reply.status in REDIRECTS:",
        "tests/handlers/http",
    ),
    Mutant(
        "a login that a unit sends back is shown nowhere",
        "handlers/http/login.py",
        "        in_base64.update(_base64_forms(secret))\n",
        "        in_lower_case.clear()\n",
        "tests/faults/test_echo.py",
    ),
    Mutant(
        "units with RSA key exchange alone are read",
        "handlers/shared/tls.py",
        '@SECLEVEL=2"',
        '!kRSA:@SECLEVEL=2"',
        "tests/handlers/test_tls_ciphers.py",
    ),
    # ---- Raritan
    Mutant(
        "a sensor that cannot be read is not known, and not unmetered",
        _READINGS,
        '        return NotKnown(f"the sensor {self.target} cannot be read: {error.reason}")\n',
        "        return None\n",
        _TESTS_OF_READING,
    ),
    Mutant(
        "a reading that is not valid is no figure",
        _READINGS,
        "    elif not reading.valid:\n",
        "    elif False:\n",
        "tests/handlers/raritan",
    ),
    Mutant(
        "an outlet that is not available has no state",
        _STATES,
        "    if not state.available:\n        return",
        "    if False:\n        return",
        _TESTS_OF_STATES,
    ),
    Mutant(
        "an outlet in a power cycle has no state",
        _STATES,
        "    if state.cycleInProgress:\n",
        "    if False:\n",
        _TESTS_OF_STATES,
    ),
    Mutant(
        "an outlet that waits to be switched on has no state",
        _STATES,
        "    if not is_on and state.switchOnInProgress:\n",
        "    if False:\n",
        _TESTS_OF_STATES,
    ),
    Mutant(
        "a relay that is reported as failed has no state",
        _STATES,
        "    if relay_reason:\n        return relay_reason\n",
        "",
        _TESTS_OF_STATES,
    ),
    # ---- Redfish
    Mutant(
        "an outlet in transition has no state",
        _RESOURCES,
        "    if transition is not False:\n",
        "    if transition is True:\n",
        _TESTS_OF_OUTLETS,
    ),
    Mutant(
        "an outlet that is on without being enabled has no state",
        _RESOURCES,
        'if power_state == "On" and outlet.get("PowerEnabled") is False:',
        "if False:",
        _TESTS_OF_OUTLETS,
    ),
    # ---- SNMP
    Mutant(
        "a condition counts for states, figures and commands",
        "handlers/snmp/states.py",
        "            if not is_one_of(value, self.good):\n",
        "            if value is None:\n",
        "tests/handlers/snmp/test_conditions.py",
    ),
    Mutant(
        "a figure of one object that does not answer is not known",
        _TOTALS,
        "        if self.always_there and self._is_each_row_missing(tables, outlets):\n",
        "        if False:\n",
        _TESTS_OF_FIGURES,
    ),
    Mutant(
        "a unit that the device counts and no row shows leaves no sum",
        _COMPLETENESS,
        "len(rows_of_unit) < count or _lacks_a_number(rows_of_unit, count)",
        "False",
        _TESTS_OF_ROWS,
    ),
    Mutant(
        "an empty table beside a count is lost",
        _COMPLETENESS,
        "    return {row_without_index(): NO_ANSWER} if counted(counts) else {}\n",
        "    return {}\n",
        "tests/handlers/snmp",
    ),
    Mutant(
        "a row that every device of the family has leaves no sum",
        _COMPLETENESS,
        "is_any_missing = rows and len(rows) < least",
        "is_any_missing = False",
        "tests/handlers/snmp/test_cases.py",
    ),
    Mutant(
        "a column that ends early is lost where others of its table go on",
        "handlers/snmp/tables.py",
        "        return {row: walked.get(row, NO_ANSWER) for row in rows}\n",
        "        return dict(walked)\n",
        "tests/handlers/snmp/test_missing_rows.py",
    ),
    Mutant(
        "a sum without a row is no total",
        "handlers/shared/meter_figures.py",
        "    if values and len(values) == len(all_parts):\n        return decimal_sum(values)\n",
        "    if values:\n        return decimal_sum(values)\n",
        "tests/handlers/snmp/test_hidden_figures.py",
    ),
    Mutant(
        "a number below 0 is no figure",
        "handlers/snmp/measurements.py",
        " or (value < 0 and not self.magnitude)",
        "",
        "tests/handlers/snmp/test_hidden_figures.py",
    ),
    Mutant(
        "a unit of the chain without a row leaves no total",
        _TOTALS,
        "            units_without_row = self._units_of_chain(tables) - units\n",
        "            pass\n",
        "tests/handlers/snmp",
    ),
    Mutant(
        "a row is its outlet's only if the unit's cell says so, too",
        "handlers/snmp/chains.py",
        "        if unit_now not in names_of_unit:\n",
        "        if False:\n",
        "tests/handlers/snmp/test_chains.py",
    ),
    # ---- the command
    Mutant(
        "a registration is never repeated after an unclear answer",
        "pdu/registration/server.py",
        "        if error is not None and type(error) is not NewConnectionError:\n",
        "        if False:\n",
        "tests/pdu/registration",
    ),
)
