"""The page: policies side by side in a browser, live; alone in `analysis`, it runs models and experiments."""
