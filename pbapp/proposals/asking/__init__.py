"""Questions anybody asks in public about a proposal, and what its authors answer."""
