"""The door for assistants: search, read, cite and verify by the Model Context Protocol."""
