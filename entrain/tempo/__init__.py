"""When each beat falls, and by which rule the tempo goes down. Pure, no clock, no sound."""
