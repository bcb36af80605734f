# Shared by the scripts beside it: makes the environment in .venv, or says the one line that would.
# POSIX sh; expects to be sourced with $root set to the checkout, and --with-packages taken off the arguments by
# `take_flag`.

venv="$root/.venv"
lock="$root/script/lock.txt"
# A half-made environment must not look like a whole one: the stamp is written last, and names what it was
# made from.
stamp="$venv/.entrain-stamp"
log=$(mktemp)
with_packages=no # system packages without a question
fresh=no         # whether this call made or renewed the environment

say() { printf '%s\n' "$*" >&2; }

# watched WHAT COMMAND...: runs the command, its talk kept in $log; meanwhile a terminal sees how far it is, and
# anything else a line every half a minute.
watched() {
    what=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    trap 'kill "$job" 2>/dev/null; exit 130' INT TERM
    seconds=0
    while kill -0 "$job" 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        doing=$(grep -aE '^ *(Collecting|Downloading|Building|Installing|Unpacking|Setting up|Get:)' "$log" | tail -n 1 | sed 's/^ *//' | cut -c1-48)
        if [ -t 2 ]; then
            printf '\r\033[K%s … %s s  %s' "$what" "$seconds" "$doing" >&2
        elif [ $((seconds % 30)) = 0 ]; then
            say "$what … $seconds s  $doing"
        fi
    done
    [ -t 2 ] && printf '\r\033[K' >&2
    trap - INT TERM
    wait "$job"
}

# take_flag "$@": notes --with-packages where it stands first; the caller shifts it away.
take_flag() { [ "${1-}" = --with-packages ] && with_packages=yes; }

# may_install PACKAGE...: whether system packages may be installed now: it was said, or a person says so.
may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=
    elif command -v sudo >/dev/null 2>&1; then as_root=sudo
    else return 1; fi
    [ "$with_packages" = yes ] && return 0
    [ -t 0 ] && [ -t 2 ] || return 1
    printf 'May these Debian packages be installed: %s? [y/N] ' "$*" >&2
    read -r answer
    case $answer in [yY]*) return 0 ;; *) return 1 ;; esac
}

# install PACKAGE...: Debian packages and what they cannot do without; fails where that may not or cannot be.
install() {
    may_install "$@" || return 1
    if [ -n "$as_root" ]; then sudo -v || return 1; fi
    watched "looking for packages" $as_root apt-get update &&
        watched "installing $*" $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
        { tail -n 5 "$log" >&2; return 1; }
}

# find_python: the first Python that is new enough, in $python. PYTHON names another.
find_python() {
    for python in ${PYTHON-} python3 python3.14 python3.13 python3.12 python3.11; do
        command -v "$python" >/dev/null 2>&1 || continue
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return 0
    done
    return 1
}

require_python() {
    find_python && return
    install python3 python3-venv && find_python && return
    say "entrain needs Python 3.11 or newer, and there is none here. On Debian and Ubuntu:  sudo apt-get install python3 python3-venv"
    exit 1
}

has_library() { "$python" -c "import ctypes.util, sys; sys.exit(ctypes.util.find_library('$1') is None)"; }

alsa_plugin() { [ -n "$(find /usr/lib -name "libasound_module_pcm_$1.so" 2>/dev/null | head -n 1)" ]; }

# sound_library: PortAudio comes from the system on Linux. Without it everything runs, in silence.
sound_library() {
    [ "$(uname -s)" = Linux ] || return 0
    has_library portaudio && return 0
    wanted=libportaudio2
    # A sound server is reached through a plugin of ALSA's; PipeWire mostly brings its own.
    [ ! -S "${XDG_RUNTIME_DIR:-/nowhere}/pulse/native" ] || alsa_plugin pulse || alsa_plugin pipewire ||
        wanted="$wanted libasound2-plugins"
    install $wanted ||
        say "No sound without PortAudio; going on in silence. To hear it:  sudo apt-get install $wanted"
    return 0
}

# Debian keeps pip's part of venv in a package of its own. Its file can be had and unpacked without being root.
pip_of_debian() {
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
    mkdir -p "$venv/pip/lists/partial" "$venv/pip/cache/archives/partial" && cd "$venv/pip" || return 1
    mine="-o Dir::State::Lists=$venv/pip/lists -o Dir::Cache=$venv/pip/cache"
    apt-get download python3-pip-whl || { apt-get $mine update && apt-get $mine download python3-pip-whl; } || return 1
    dpkg-deb -x python3-pip-whl*.deb . && cp usr/share/python-wheels/pip-*.whl "$venv" && rm -rf "$venv/pip"
}

# make_venv: .venv with pip in it, however this system lets us.
make_venv() {
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv "$venv"
        return
    fi
    "$python" -m venv --without-pip "$venv" || return 1
    if "$python" -m pip --version >/dev/null 2>&1; then
        watched "fetching pip" "$python" -m pip --python "$venv/bin/python" install pip
    elif watched "fetching pip" pip_of_debian; then
        for wheel in "$venv"/pip-*.whl; do
            PYTHONPATH=$wheel "$venv/bin/python" -m pip install --quiet --no-index "$wheel" && rm "$wheel"
        done
    else
        return 1
    fi
}

# environment EXTRA: makes .venv with entrain and, where EXTRA is "dev", what the tests need.
environment() {
    made_of="$("$python" --version 2>&1) $root $(cat "$root/pyproject.toml" "$lock" | cksum)"
    # What the tests need includes what a run needs.
    for had in "$1" dev; do
        [ -f "$stamp" ] && grep -qxF "$had $made_of" "$stamp" && return
    done
    [ -f "$stamp" ] || rm -rf "$venv"
    [ -d "$venv" ] || make_venv || {
        rm -rf "$venv"
        say "Python lacks venv here, and pip could not be had without it. This helps:  sudo apt-get install python3-venv"
        exit 1
    }
    what="$root"
    [ "$1" = dev ] && what="$root[dev]"
    # The versions that were tested together: what is released tomorrow changes nothing here.
    watched "setting up in .venv (once)" "$venv/bin/python" -m pip install --disable-pip-version-check \
        --progress-bar off --constraint "$lock" --editable "$what" || {
        grep -a -m 3 '^ *error\|^ERROR' "$log" >&2
        if grep -aqiE 'NewConnectionError|NameResolution|Temporary failure|Network is unreachable|timed out' "$log"; then
            say "Setting up needs the network, once. Try again when there is one."
        else
            say "Setting up failed; all that pip said is in $log."
        fi
        exit 1
    }
    rm -f "$log"
    printf '%s\n' "$1 $made_of" >>"$stamp"
    fresh=yes
}
