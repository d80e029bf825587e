"""What to do about findings: edits of a template's text."""
