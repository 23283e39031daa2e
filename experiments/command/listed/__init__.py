"""Lists of real councils and universities: read, put in their place, and doubted."""
