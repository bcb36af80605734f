"""Pictures as plain data: shapes as fields of light, palettes, and ink that turns both into terminal rows."""
