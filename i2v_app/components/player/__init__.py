"""The video player: `player.py` is its Python face, the JSX and JS beside it do what only a browser can."""
