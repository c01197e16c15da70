"""Decisions: data and `now` in, a value out. No file, no network, no clock."""
