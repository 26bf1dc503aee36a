"""Bulk embedding: many processes, on one machine or many, make one library's vectors."""
