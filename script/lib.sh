# Shared by the scripts beside it: makes the environment in .venv, or says the one line that would.
# POSIX sh; expects to be sourced with $root set to the checkout.

venv="$root/.venv"
# A half-made environment must not look like a whole one: the stamp is written last, and names what it was
# made from.
stamp="$venv/.entrain-stamp"

say() { printf '%s\n' "$*" >&2; }

# install PACKAGE...: Debian packages, as root or through sudo; otherwise fails with the line to type.
install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else return 1; fi
    say "installing: $*"
    $as_root apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >&2
}

has_library() { python3 -c "import ctypes.util, sys; sys.exit(ctypes.util.find_library('$1') is None)"; }

require_python() {
    command -v python3 >/dev/null 2>&1 || { say "entrain needs Python 3.11 or newer; there is no python3."; exit 1; }
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        say "entrain needs Python 3.11 or newer; this is $(python3 --version 2>&1)."; exit 1; }
    python3 -c 'import ensurepip' 2>/dev/null && return
    install python3-venv || { say "Python lacks venv here. Install it and try again:  sudo apt-get install python3-venv"; exit 1; }
}

# sound_library: PortAudio comes from the system on Linux. Without it everything runs, in silence.
sound_library() {
    [ "$(uname -s)" = Linux ] || return 0
    has_library portaudio && return 0
    install libportaudio2 libasound2-plugins ||
        say "No sound without PortAudio; going on in silence. To hear it:  sudo apt-get install libportaudio2"
    return 0
}

# environment EXTRA: makes .venv with entrain and, where EXTRA is "dev", what the tests need.
environment() {
    made_of="$(python3 --version 2>&1) $root $(cksum <"$root/pyproject.toml")"
    # What the tests need includes what a run needs.
    for had in "$1" dev; do
        [ -f "$stamp" ] && grep -qxF "$had $made_of" "$stamp" && return
    done
    require_python
    [ -f "$stamp" ] || rm -rf "$venv"
    [ -d "$venv" ] || { say "setting up in .venv (once)"; python3 -m venv "$venv"; }
    what="$root"; [ "$1" = dev ] && what="$root[dev]"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$what" || {
        say "Setting up failed: pip could not install what entrain needs (see above). Is there a network?"; exit 1; }
    printf '%s\n' "$1 $made_of" >>"$stamp"
}
