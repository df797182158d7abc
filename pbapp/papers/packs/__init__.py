"""The board pack: what a board reads before it meets, frozen when it is made."""
