"""From a question to an answer: search, rank, verdict, answer."""
