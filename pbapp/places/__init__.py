"""Areas that stay the same, the boundaries drawn for them, and which ward a postcode is in."""
