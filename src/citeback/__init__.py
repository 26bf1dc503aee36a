"""Citeback: ask a text anything; get its own words, provably exact."""

__version__ = "0.1.0"
