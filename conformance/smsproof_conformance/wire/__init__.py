"""The wire: requests out, answers and deliveries in, bounded in every direction."""
