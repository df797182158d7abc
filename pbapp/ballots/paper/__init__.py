"""Paper: batches read twice, tables in a hall, declarations, and signed sheets."""
