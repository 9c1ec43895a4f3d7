"""Sources of readings: lines and files of a journal, and readings by PDU with their times."""
