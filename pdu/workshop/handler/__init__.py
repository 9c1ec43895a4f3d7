"""`pdu handler`: checks a handler that anybody wrote against the vendor's page.

The handler is loaded, and its four methods are called on simulated PDUs whose every answer is
known. Five words: a *rule* is what a handler should keep ("stuck"); a *case* calls methods on one
PDU, which may have a *fault* (it accepts port_down and does not switch); what is *expected* is
compared with what the handler did; a *problem* is what it did wrong. One case, from its request to
the finding:

    case_groups.py     in the group "a fault at a command", a case of such a PDU, of rule "stuck"
    judge.py           makes the PDU, and calls port_down of its outlet 3, which is on
    recordings/        takes POST /relay/3 turn=off, notes the command, and leaves outlet 3 on
    handler            returns DOWN
    checked_call.py    compares: "port_down returned off, and the PDU has outlet 3 on"
    judge.py           runs the case again, alone: a busy machine, too, makes answers late or lost
    rules.py           the finding of "stuck" is broken, in these words; the exit code is 1

A rule is kept if cases of it were seen to their end without a problem, broken by a problem that was
seen twice, and else not tried. Before that, archive and imports are checked (loading_checks.py); a
handler over SNMP is tried on a unit of the family whose objects it asks for (snmp_check.py), any
other on a recording (recording_check.py).
"""
