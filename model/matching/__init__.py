"""Matchmaking: who is introduced to whom, by algorithms of which each has a file of its own."""
