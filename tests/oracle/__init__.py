"""Slow, obvious second implementations. They share no code with what they check, and no cleverness."""
