"""`--share` as people type it: links that open, what cannot be, and a session steered from a page."""

import asyncio
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from entrain.cli import main
from tests.support.door import heard


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--share", "moon"], 2, "--share cannot be 'moon'"),
        (["--share", "lan:99999"], 2, "--share cannot be"),
        (["--share", "--speed", "60"], 2, "as it happens"),
        (["--cert", "x.pem"], 2, "go together"),
        (["--share", "--key", "x.pem"], 2, "go together"),
        (["--cert", "x.pem", "--key", "y.pem"], 2, "go together"),
        (["--share", "--cert", "no.pem", "--key", "no.pem"], 2, "certificate cannot be used"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--headless", "--audio", "none", *words]) == code
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = main(["demo", "--headless", "--audio", "none", "--share", f"here:{port}"])
    assert code == 4
    assert f"Port {port} cannot be had" in capsys.readouterr().err


async def until(page: ClientConnection, key: str, value: object) -> dict[str, object]:
    while (picture := await heard(page, "picture"))[key] != value:
        pass
    return picture


@pytest.mark.parametrize("secure", [False, True])
async def test_a_session_is_seen_and_ended_from_a_page(tmp_path: Path, secure: bool) -> None:
    words = ["demo", "--json", "--audio", "none", "--share", "lan"]
    context = None
    if secure:
        certificate, key = _certificate(tmp_path)
        words += ["--cert", str(certificate), "--key", str(key)]
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "entrain",
        *words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = ""
        while "in this network" not in said:
            line = await asyncio.wait_for(process.stderr.readline(), 20)
            assert line, said
            said += line.decode()
        client, console = re.findall(r"https?://\S+", said)
        assert ("encrypted." in said) is True
        assert ("unencrypted" in said) is not secure
        assert client.startswith("https" if secure else "http:")
        host, token = console.partition("://")[2].split("/#")
        here = host.replace(host.split(":")[0], "127.0.0.1")
        socket_of = "wss" if secure else "ws"
        origin = f"{'https' if secure else 'http'}://{here}"
        async with connect(f"{socket_of}://{here}/ws", origin=origin, ssl=context) as page:  # pyright: ignore[reportArgumentType]
            await page.send(json.dumps({"token": token}))
            assert (await heard(page, "hello"))["remark"] == "simulated heart"
            await page.send('{"do": "mark", "value": "seen", "ago_s": 0}')
            await until(page, "marks", "1 mark")
            await page.send('{"do": "stop"}')
            await until(page, "ended", True)
        out, _ = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0
        assert json.loads(out.splitlines()[-1])["event"] == "summary"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
    assert main(["sessions", "show", "1", "--json"]) == 0


def _certificate(folder: Path) -> tuple[Path, Path]:
    """One's own, as `openssl req -x509` makes it."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files
