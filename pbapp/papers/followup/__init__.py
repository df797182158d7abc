"""What follows a result: noted by the board, asked about, acted on, and paid by its funder."""
