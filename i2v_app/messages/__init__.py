"""What the page says, in every language: a catalogue `<concern>.<language>.json` for each, and how a component says it (`words.py`)."""
