"""What other programs and devices recorded, as RR intervals with their gaps."""
