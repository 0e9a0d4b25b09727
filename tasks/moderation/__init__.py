"""What moderators and the operator do, each act with its audit row."""
