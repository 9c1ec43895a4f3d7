"""`pdu cycle-hall`: restarts supplies or machines of the hall's drawing, one step after another.

`steps` says which steps may be taken, `plan_file` keeps them and what came of each, `run` takes
them, `pdu_access` leads to the PDUs, `command` is the command line.
"""
