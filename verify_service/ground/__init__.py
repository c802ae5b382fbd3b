"""The ground: settings, tables, keys and servers. Knows nothing of what is built on it."""
