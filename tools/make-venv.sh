#!/bin/sh
# Makes the virtual environment named by $1 with the first suitable Python, or says what is missing.
# PYTHON=/path/to/python chooses one.
set -eu

suitable='import sys; sys.exit(sys.implementation.name != "cpython" or sys.version_info < (3, 11))'

found=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
    if "$candidate" -c "$suitable" 2>/dev/null; then
        found=$candidate
        break
    fi
done

if [ -z "$found" ]; then
    echo "dancu needs CPython 3.11 or newer, and found none (looked for: ${PYTHON:-python3, python3.11 … python3.14, python})." >&2
    echo "Install one, or name it: PYTHON=/path/to/python3.12 make run" >&2
    exit 1
fi

echo "Making $1 with $("$found" --version) …"
if ! problem=$("$found" -m venv --clear "$1" 2>&1); then
    rm -rf "$1"
    echo "$problem" >&2
    echo "\"$found -m venv\" failed. On Debian and Ubuntu it needs a package: apt install python3-venv" >&2
    exit 1
fi
