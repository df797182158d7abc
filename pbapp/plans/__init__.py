"""A board's plan (LOIP): priorities that last, in versions by date, with actions and aims."""
