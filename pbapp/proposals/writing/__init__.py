"""Writing a proposal: page by page, saved as one goes, sent in at the end."""
