"""The video large, over the page: `viewer.py` is its Python face, the JSX and JS beside it do what only a browser can."""
