"""What is claimed about speed and memory, as commands that anyone can run: `make bench`."""
