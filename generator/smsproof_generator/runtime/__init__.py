"""What no contract changes: transport, retries, errors, receivers. Import the vendor's package instead."""
