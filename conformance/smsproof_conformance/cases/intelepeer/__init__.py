"""IntelePeer Atmosphere Messaging: pages S0 (sending) and S1 (receiving)."""
