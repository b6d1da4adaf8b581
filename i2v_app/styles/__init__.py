"""The page's look. `tokens.css` holds every colour, space, size and radius; the other sheets use them, one concern each."""
