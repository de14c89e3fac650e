"""What the vendor's books say of one customer: numbers, tokens, messages and what outlives the process."""
