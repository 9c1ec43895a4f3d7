"""Tests of pdu/pdus."""
