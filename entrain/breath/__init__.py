"""What a breath is in beats, and the plan of breaths along the beat. Pure, no clock."""
