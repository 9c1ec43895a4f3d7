"""Tests of pdu/loading."""
