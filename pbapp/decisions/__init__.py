"""What officers decide, with the reason people read, and a minute in which to undo it."""
