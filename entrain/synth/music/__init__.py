"""The listener's own music, laid on the score's beat."""
