"""Why not: what becomes of needs, meetings and ties that come to nothing, and for which reason."""
