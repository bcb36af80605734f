"""The screen: draws a SessionView, sends commands; knows no device and no synthesis."""
