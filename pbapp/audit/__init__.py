"""The officers' log: one append-only chain of events, and the readable history of edits."""
