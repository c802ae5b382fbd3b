"""The tamper-evident record: an RFC 6962 Merkle tree over the rows that reports read, and signed heads of it."""
