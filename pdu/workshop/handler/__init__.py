"""`pdu handler`: checks a handler that anybody wrote against the vendor's page.

The handler is loaded, and its four methods are called on simulated PDUs whose every answer is
known. Each situation says what such a PDU is and does, for example "a fault at a command". Its
cases are run one by one; one of them, from its request to its verdict:

    situations.py   the PDU accepts port_down and does not switch, and the rule "stuck" is tried
    judge.py        makes such a PDU, and calls port_down of its outlet 3, which is on
    recordings/     takes POST /relay/3 turn=off, notes the command, and leaves outlet 3 on
    handler         returns DOWN
    laws.py         compares: the fault is "port_down returned off, and the PDU has outlet 3 on"
    judge.py        runs the case again, alone: a busy machine, too, makes answers late or lost
    rules.py        the finding of "stuck" is broken, in these words; the exit code is 1

A rule (rules.py) is what a handler should keep. It is kept if cases of it were seen to their end
without a fault, broken by a fault that was seen twice, and else not tried. Before that, archive
and imports are checked (loading_checks.py); a handler over SNMP is tried on a unit of the family
whose objects it asks for (snmp_trials.py), any other on a recording (served_trials.py).
"""
