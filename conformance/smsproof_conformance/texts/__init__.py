"""Texts for the command line: many messages counted, other counters examined."""
