"""From a file to passages and their vectors: read, split, build."""
