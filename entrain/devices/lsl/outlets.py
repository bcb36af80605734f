"""A running session as streams of the Lab Streaming Layer, for whatever records or reacts beside it.

The streams are those of `entrain.streams`, each called `entrain NAME`, and `entrain markers`. Every
sample bears the moment it is for on LSL's own clock: a beat is stamped when the heart beat, not when it
became known, and a guided onset with the moment it will sound, up to a second ahead.
"""

from math import isnan, nan
from typing import Any, Final

from entrain import __version__
from entrain.clock import Clock
from entrain.control.events import Effect, Event
from entrain.control.protocol import SessionConfig
from entrain.devices.lsl import library
from entrain.streams import Channel, Sampler, Stream, markers, streams_of

PREFIX: Final = "entrain "
MARKERS: Final = Stream("markers", "Markers", (Channel("marker", "", "what happened, in words"),))


class Outlets:
    """Open from construction until nothing refers to it; `observe` is a runtime observer and never blocks."""

    def __init__(self, config: SessionConfig, clock: Clock) -> None:
        """
        Raises:
            MissingExtra: pylsl is not installed, or does not work here.
        """
        self._pylsl = library("Streaming to the Lab Streaming Layer")
        self._clock = clock
        self._offset_s = (
            nan  # from the session's clock to LSL's; both tick alike. Known from the first event on
        )
        self._sampler = Sampler()
        self._outlets = {stream.name: self._outlet(stream, config) for stream in streams_of(config.straps)}
        self._markers = self._outlet(MARKERS, config)

    def observe(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """Send out what a record of the session says."""
        if isnan(self._offset_s):
            self._offset_s = self._pylsl.local_clock() - self._clock.now_s()
        for sample in self._sampler.samples(event, effects):
            self._outlets[sample.stream].push_sample(list(sample.values), self._offset_s + sample.t_s)
        for marker in markers(event, effects):
            self._markers.push_sample([str(marker)], self._offset_s + marker.t_s)

    def _outlet(self, stream: Stream, config: SessionConfig) -> Any:
        pylsl = self._pylsl
        is_words = stream is MARKERS
        info = pylsl.StreamInfo(
            PREFIX + stream.name,
            stream.kind,
            len(stream.channels),
            pylsl.IRREGULAR_RATE,
            pylsl.cf_string if is_words else pylsl.cf_double64,
            f"entrain {config.seed} {stream.name}",
        )
        about = info.desc()
        about.append_child_value("manufacturer", "entrain")
        about.append_child_value("version", __version__)
        about.append_child_value("preset", config.preset.name)
        if stream.strap is not None:
            about.append_child_value("strap", stream.strap)
        channels = about.append_child("channels")
        for channel in stream.channels:
            each = channels.append_child("channel")
            each.append_child_value("label", channel.label)
            each.append_child_value("unit", channel.unit)
            each.append_child_value("type", stream.kind)
            each.append_child_value("meaning", channel.meaning)
        return pylsl.StreamOutlet(info)
