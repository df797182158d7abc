"""Lists brought in at once: from a spreadsheet, or from the ALISS directory."""
