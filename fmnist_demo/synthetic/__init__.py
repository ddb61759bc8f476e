"""Training pictures made by code: garments, cloth, things that are no garment."""
