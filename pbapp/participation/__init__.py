"""Who took part, measured against who lives here, and who was not heard; nobody by name."""
