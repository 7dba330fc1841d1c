"""What the console's pages of every app are made of: lists that never count, search by index, cells."""
