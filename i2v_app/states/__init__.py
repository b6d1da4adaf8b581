"""What the server remembers of each open page: its cards, the queue, the chosen options. One file each.

All of it can be lost at any moment: the API has the truth and the page reads it again.
"""
