"""Reports: every one a pure function of a judged run and its record."""
