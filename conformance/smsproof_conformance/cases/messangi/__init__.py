"""Messangi Outbound SMS: page S2."""
