"""The ledger: what a policy adds, whom it takes the place of, and why not more comes of it."""
