"""What is stored of a session is data: the sentences of the product are in none of it."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from entrain.control.events import (
    Effect,
    Event,
    HeartDoubted,
    Link,
    LinkChanged,
    LogChanged,
    NotificationArrived,
    Sound,
    SoundChanged,
    Tick,
)
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.audio import messages as msg
from entrain.devices.audio import remarks
from entrain.devices.ble.faults import TROUBLES, BluetoothFault
from entrain.errors import StoreError
from entrain.heart.doubt import Doubt
from entrain.heart.gatt import HeartRateMeasurement
from entrain.presets import library as presets
from entrain.remark import Remark, Topic, of_store
from entrain.storage.deidentify import deidentified
from entrain.storage.log import database
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from entrain.system.host import Host
from entrain.wording import english
from entrain.wording.doubts import doubt_words
from entrain.wording.remarks import advised, told
from tests.support.hearts import session_events, with_rsa

# Texts that events and effects may hold: names of things, a person's own words, and what an older log told.
TEXTS = {
    "strap": "a heart's own name",
    "name": "what a strap is called",
    "manufacturer": "as the strap says",
    "model": "as the strap says",
    "firmware": "as the strap says",
    "address": "of the strap",
    "location": "where on the body, of a list",
    "device": "of the sound",
    "voice": "of a list",
    "policy": "of a list",
    "note": "the person's own words",
    "author": "who asked: of a list",
    "when": "before or after",
    "what": "was decided: of a list",
    "inputs": "names of figures",
    "figures": "names of figures",
    "words": "by others than entrain",
    "whose": "a heart's own name",
    "text": "of an older log",
    "advice": "of an older log",
}


def texts_of(hint: Any, name: str, seen: set[Any]) -> Iterator[str]:
    """The names of all fields below this type that hold a plain text."""
    if hint is str:
        yield name
    elif isinstance(hint, type) and is_dataclass(hint):
        if hint not in seen:
            seen.add(hint)
            hints = get_type_hints(hint)
            for field in fields(hint):
                yield from texts_of(hints[field.name], field.name, seen)
    else:
        for part in get_args(hint):
            yield from texts_of(part, name, seen)


def test_no_event_and_no_effect_has_a_place_for_a_sentence() -> None:
    found = {name for kind in get_args(Event | Effect) for name in texts_of(kind, "", set())}
    assert found - TEXTS.keys() == set()


def fragments() -> list[str]:
    """What stands between the values of each of our sentences, where it is more than a word or two."""
    pairs = [each for pair in english.REMARKS.values() for each in pair]
    doubts = [part for doubt in Doubt for part in (doubt_words(doubt).sentence, doubt_words(doubt).advice)]
    every = [*english.REASONS.values(), *pairs, *english.HOST_ADVICE.values(), *doubts]
    parts = [part.strip(" .:,;") for each in every for part in re.split(r"\{[^}]*\}|[\[\]]", each)]
    return [part.lower() for part in parts if part.count(" ") >= 2]


def strings(path: Path) -> list[str]:
    """Every text in the events and effects of a store."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT body FROM event UNION ALL SELECT body FROM effect"
        return [text for (body,) in connection.execute(query) for text in _texts(json.loads(body))]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


STRAP = "ble:A0:9E:1A:E3:7C:51"
NAME = "Polar H10 8A2F41"


def fault_of(code: int) -> StoreError:
    """What the store makes of an error of SQLite."""
    error = sqlite3.OperationalError("in the words of SQLite")
    error.sqlite_errorcode = code
    with pytest.raises(StoreError) as caught, database.told(Path("/home/anna/sessions.db")):
        raise error
    return caught.value


def every_trouble() -> Iterator[Event]:
    """A strap that is lost twice and has no contact, and all that Bluetooth may say, on every system."""
    events = list(session_events(with_rsa(66.0), 120.0, ((40.0, 50.0), (80.0, 85.0)), STRAP))
    off = bytes(HeartRateMeasurement(bpm=0, contact=False))
    events += [NotificationArrived(120.0 + n, STRAP, off) for n in range(20)]
    said = [BluetoothFault(topic, NAME, "In Progress", host).remark for host in Host for topic in TROUBLES]
    events += [LinkChanged(145.0, STRAP, Link.SEARCHING, remark) for remark in said]
    for fault in msg.EngineFault:
        failed = msg.Failed(fault, None, "Traceback (most recent call last)\nOSError: it broke")
        events.append(SoundChanged(1.0, Sound.UNAVAILABLE, remark=remarks.fault(failed)))
        events.append(SoundChanged(2.0, Sound.LOST, "AirPods of Polar", remark=remarks.lost(failed)))
    for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        events.append(LogChanged(4.0, of_store(fault_of(code))))
    for notice in msg.Notice:
        events.append(SoundChanged(3.0, Sound.PLAYING, remark=remarks.notice(msg.Noticed(notice, 12.0))))
    events += [Tick(120.0 + n) for n in range(1, 30)]
    return iter(sorted(events, key=lambda event: event.t_s))


@pytest.fixture
def troubled(store: Store) -> Store:
    """A session in which everything goes wrong."""
    preset = presets.load("quiet")
    config = SessionConfig(preset.preset, (STRAP,), 7)
    state = start(config)
    with store.begin(config, preset_text=preset.text, hearts=[STRAP], audio="device", voice="soft") as log:
        for event in every_trouble():
            state, effects = reduce(state, event)
            log.append(event, effects)
    return store


def test_the_log_holds_none_of_our_sentences(troubled: Store) -> None:
    stored = troubled.load(1)
    effects = [effect for _, each in stored.records for effect in each]
    assert any(isinstance(each, HeartDoubted) and each.doubt is Doubt.NO_CONTACT for each in effects)
    texts = [text.lower() for text in strings(troubled.path)]
    assert any("polar h10" in text for text in texts), "others' words are there"
    ours = fragments()
    assert len(ours) > 200
    assert [(part, text) for text in set(texts) for part in ours if part in text] == []
    assert replay(stored, start, reduce).is_identical


def test_what_is_handed_on_has_none_of_others_words_and_still_speaks(troubled: Store, tmp_path: Path) -> None:
    copy, _ = deidentified(troubled, 1, tmp_path)
    assert not [
        text for text in strings(copy.path) if "Polar" in text or "A0:9E" in text or "rogress" in text
    ]
    stored = copy.load(1)
    said = [e.remark for e, _ in stored.records if isinstance(e, LinkChanged) and e.remark]
    assert {remark.topic for remark in said} >= TROUBLES
    for remark in said:
        assert told(remark).endswith(".")
        assert "…" not in told(remark)
        assert advised(remark)
    lost = next(remark for remark in said if remark.topic is Topic.LINK_LOST)
    assert told(lost) == "The connection to the strap was lost."


@pytest.mark.parametrize("topic", [topic for topic in Topic if topic is not Topic.AS_TOLD])
def test_every_topic_has_a_sentence_whatever_words_it_lacks(topic: Topic) -> None:
    names = re.findall(r"\{(\w+)(:[^}]*)?\}", re.sub(r"\[.*?\]", "", "".join(english.REMARKS[topic])))
    figures = {name: 1.0 for name, form in names if form}
    assert "…" not in told(Remark.of(topic, **figures)) + advised(Remark.of(topic, **figures))
    text = told(Remark.of(topic, **{name: figures.get(name, "Anna") for name, _ in names}))
    assert text
    assert text[0].isupper() or not text[0].isalpha()
