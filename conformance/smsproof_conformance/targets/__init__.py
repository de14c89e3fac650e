"""Targets: the endpoint under test, what its owner declares about it, and where that is written."""
