"""Runs: act the cases under the live rule, within the budget, and put the account back."""
