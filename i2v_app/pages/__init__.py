"""The pages. There are two: the one that everything happens on, and the one for addresses that lead nowhere."""
