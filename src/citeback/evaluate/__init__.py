"""Question sets, measures and reports on how well passages are found."""
