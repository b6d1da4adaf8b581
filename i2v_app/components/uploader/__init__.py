"""Taking pictures in: dropped, chosen or pasted, and sent straight to the API with their progress shown."""
