"""The handler for PDUs over SNMP: each family of PDUs is a record (`Profile`), and all share the
code that reads it. A status of an APC rPDU with three outlets, from its answers to DCImanager:

    GET sysObjectID 1.3.6.1.4.1.318.1.3.4.5      detection.candidates: apc-rpdu is one to try
    walk rPDUOutletStatusOutletState             tables: {"1": 1, "2": 2, "3": 1}
    no value is one of `absent`                  State.rows: these three are the outlets
    walk rPDUOutletStatusCommandPending          tables: {"1": 2, "2": 2, "3": 1}
    1 is not one of `good`                       Condition.reasons_not_current: {"3": "… reads '1'"}
    1 is in `on`, 2 is in `off`                  State.decisions: 1 UP, 2 DOWN, 3 UNKNOWN
    GET rPDUOutletDevNumCntrlOutlets 3           device: as many outlets as are listed; an
                                                 error if it counts more
    SnmpDevice                                   these decisions, with the tables that were read
    SnmpPdu.read_states                          ("1", UP), ("2", DOWN), ("3", UNKNOWN); a line
                                                 in the log says why 3 is UNKNOWN
    FourCalls.status                             PduView(ports=[PduPortView("1", UP), …])
"""
