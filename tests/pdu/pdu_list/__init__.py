"""Tests of pdu/pdu_list."""
