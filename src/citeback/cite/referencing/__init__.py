"""References in the styles of the Citation Style Language, and for other programs."""
