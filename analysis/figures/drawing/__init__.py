"""How all figures are drawn: the house style, panels, and names that do not overlap."""
