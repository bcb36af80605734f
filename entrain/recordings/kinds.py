"""What a file is by its first bytes, and a sentence for each kind that holds no intervals to be read."""

from typing import Final

from entrain.errors import InputError

_AS_TEXT: Final = "Export the RR intervals as text: one per line, or a CSV table."

# (offset, bytes, what it is, what to do)
_REFUSED: Final = (
    (0, b"PK\x03\x04\x14\x00\x06\x00", "an Excel workbook", "Save its sheet as CSV."),
    (0, b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "Save its sheet as CSV."),
    (0, b"SQLite format 3\0", "an SQLite database", "`entrain sessions import` takes in stores."),
    (0, b"age-encryption.org/", "encrypted with age", "Decrypt it first: age --decrypt --output FILE."),
    (0, b"%PDF", "a PDF document", _AS_TEXT),
    (0, b"MATLAB 5.0", "a MATLAB file (as Kubios saves its results)", _AS_TEXT),
    (0, b"\x89HDF", "an HDF5 file (or MATLAB 7.3)", _AS_TEXT),
    (0, b"\x89PNG", "a picture", _AS_TEXT),
    (0, b"\xff\xd8\xff", "a picture", _AS_TEXT),
    (0, b"RIFF", "a sound file", _AS_TEXT),
    (0, b"OggS", "a sound file", _AS_TEXT),
    (0, b"fLaC", "a sound file", _AS_TEXT),
    (0, b"\xffBIOSEMI", "a BDF file of signals", "Detect the beats first, with NeuroKit2 for instance."),
    (0, b"BZh", "packed with bzip2", "Unpack it first."),
    (0, b"\xfd7zXZ\0", "packed with xz", "Unpack it first."),
    (0, b"\x28\xb5\x2f\xfd", "packed with Zstandard", "Unpack it first."),
    (0, b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first."),
    (257, b"ustar", "a tar archive", "Unpack it first."),
)


def check_kind(data: bytes, name: str) -> None:
    """
    Raises:
        InputError: the bytes are of a known kind that is not read.
    """
    for offset, mark, what, advice in _REFUSED:
        if data[offset : offset + len(mark)] == mark:
            raise InputError(f"{name} is {what}, not a recording of intervals.", advice)
    if data.startswith(b"PK\x03\x04"):
        if b"xl/" in data[:4096] or b"[Content_Types].xml" in data[:4096]:
            raise InputError(f"{name} is an Excel workbook.", "Save its sheet as CSV.")
        raise InputError(f"{name} is a ZIP archive.", "Unpack it first, and give what is in it.")


def is_fit(data: bytes) -> bool:
    return data[8:12] == b".FIT"


def is_edf(data: bytes) -> bool:
    return data.startswith(b"0       ") and data[184:192].strip().isdigit()


def is_xdf(data: bytes) -> bool:
    return data.startswith(b"XDF:")


def is_parquet(data: bytes) -> bool:
    return data.startswith(b"PAR1")


def is_npy(data: bytes) -> bool:
    return data.startswith(b"\x93NUMPY")
