"""The parts of the pages, one file each. JSX stands beside the Python part that wraps it, only where Python cannot reach
the browser: files and clipboard, MediaSource, the viewer's clock. Each says why.
"""
