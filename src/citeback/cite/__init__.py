"""What makes a quotation hold: receipts, links that outlive edits, references."""
