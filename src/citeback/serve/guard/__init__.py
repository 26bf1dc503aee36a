"""Who is calling, and what they may: in front of the whole web application."""
