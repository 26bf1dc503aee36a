"""A dossier as a file: Word, Markdown, HTML, PDF."""
