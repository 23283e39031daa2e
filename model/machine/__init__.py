"""What belongs to the processor: compiling, passing by reference, asking for memory early, sorting."""
