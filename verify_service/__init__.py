"""What we know and do: doors on top, use cases below, tables at the ground."""
