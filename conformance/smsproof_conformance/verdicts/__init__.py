"""Verdicts: pure functions of a record. What was expected, what broke which requirement, and how severe that is."""
