"""The two vendors: their decisions, right by the contract, and the lenient reading of each."""
