"""What is kept on disk: the catalog (the truth) and the vectors (derived)."""
