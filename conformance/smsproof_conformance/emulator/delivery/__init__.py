"""How deliveries leave: the courier's rounds, one attempt, where it may go, and how it is signed."""
