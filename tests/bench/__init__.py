"""What things cost on this machine, side by side in one run: `make bench`."""
