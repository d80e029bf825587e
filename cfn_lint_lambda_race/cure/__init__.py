"""What to do about it: edits of a template's text, fixes, and safe phases."""
