"""An idea in short before the full form: said, answered, gone on with."""
