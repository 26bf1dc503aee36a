"""Optional writing by a language model: asked, and what it wrote checked."""
