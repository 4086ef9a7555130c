"""What the reader sets and presses, and what is said in words."""
