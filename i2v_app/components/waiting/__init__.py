"""What goes with the cards while one waits: undoing, announcing, the tab's title, being told. JSX: all of it is the browser's."""
