"""The long forms: seeded, run by `make soak`; a short form of each is in `make test`."""
