"""Tests of pdu/inspection."""
