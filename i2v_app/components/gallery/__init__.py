"""Everything that is still kept: the list as the browser reads it, and what can be done with many at once."""
