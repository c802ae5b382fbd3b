"""Programs that stand in for others, over real connections."""
