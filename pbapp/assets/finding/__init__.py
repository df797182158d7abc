"""Finding what is here: words, places, times, and where a thing is in words."""
