"""The command line: groups of commands, options, output, exit codes. Knows no PDU."""
