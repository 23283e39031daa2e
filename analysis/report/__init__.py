"""The report: what the tables of a folder say, in sentences, tables and figures of one page."""
