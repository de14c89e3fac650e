"""What shows that the suite can fail: everything that is wrong on purpose, and which case catches it."""
