"""What we say: conversations as pure generators."""
