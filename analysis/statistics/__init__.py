"""Statistics: arrays and tables in, tables out; a file a question."""
