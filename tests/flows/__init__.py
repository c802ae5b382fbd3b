"""What we say, tested as a person would read and answer it."""
