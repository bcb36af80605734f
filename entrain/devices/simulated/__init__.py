"""A simulated person, from breath to Bluetooth bytes; `heart.SimulatedHeart` is the device."""
