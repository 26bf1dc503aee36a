"""A quotation → its place in a text that was edited since."""
