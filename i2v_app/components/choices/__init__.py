"""What video the next pictures are to become: chosen by looking, and remembered in this browser."""
