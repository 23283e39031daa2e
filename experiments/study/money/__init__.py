"""How much of a policy a sum buys."""
