"""What every change of owner is made of: who is concerned, what they are told, what moves, and what ends it."""
