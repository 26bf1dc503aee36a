"""A draft's quotations and receipts, each held against the library."""
