"""What reaches people's phones and what comes back: gateways, and the rows that keep it."""
