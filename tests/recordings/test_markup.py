"""XML: Suunto's is read; trainings, tracks and exports of heart rates are named for what they are."""

import gzip
from pathlib import Path

import pytest

from entrain.errors import InputError
from entrain.recordings.files import FileBytes
from entrain.recordings.reading import read_recording, recording_in

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMED = {
    "ride.tcx": (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        "<Activity><Lap><Track><Trackpoint><HeartRateBpm><Value>71</Value></HeartRateBpm></Trackpoint>"
        "</Track></Lap></Activity></Activities></TrainingCenterDatabase>",
        "TCX, a training as Garmin writes it",
    ),
    "walk.gpx": (
        '<gpx version="1.1"><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>',
        "GPX, a track",
    ),
    "export.xml": (
        '<HealthData locale="de_DE"><Record type="HeartRate" value="70"/></HealthData>',
        "Apple Health",
    ),
    "page.html": ("<html><body><table><tr><td>800</td></tr></table></body></html>", "a web page"),
    "other.xml": ("<intervals><rr>800</rr></intervals>", "XML (<intervals>)"),
    "quiet.sml": ("<sml><DeviceLog><Samples/></DeviceLog></sml>", "SML (Suunto) without RR intervals"),
}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("packed", [False, True])
def test_it_is_named(name: str, packed: bool, tmp_path: Path) -> None:
    text, said = NAMED[name]
    data = (HEAD + text).encode()
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(InputError) as caught:
        read_recording(path)
    assert said in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_suunto_s_intervals(encoding: str) -> None:
    rr = [800 + 7 * n % 60 for n in range(90)]
    several = (" ".join(map(str, rr[at : at + 30])) for at in range(0, 90, 30))
    samples = "".join(f"<Sample><R-R><Data>{each}</Data></R-R></Sample>" for each in several)
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    text = f"{head}<sml><DeviceLog><Samples>{samples}</Samples></DeviceLog></sml>"
    recording = recording_in(FileBytes("run.sml", text.encode(encoding), None))
    assert recording.intervals_ms == tuple(map(float, rr))
    assert recording.unit == "ms"


def test_what_defines_entities_is_not_read() -> None:
    bomb = HEAD + '<!DOCTYPE sml [<!ENTITY a "800 800 800">]><sml><R-R><Data>&a;</Data></R-R></sml>'
    with pytest.raises(InputError, match="defines entities"):
        recording_in(FileBytes("bomb.sml", bomb.encode(), None))
