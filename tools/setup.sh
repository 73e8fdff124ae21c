#!/bin/sh
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: tools/setup.sh REQUIREMENTS [VENV [PINNED]]
#
# Installs REQUIREMENTS into VENV (.venv), which is made first where it is missing or broken, in the versions that the
# file PINNED fixes, and links this checkout to where Ansible and pytest look for postmaster.delist. Safe to repeat.
# PYTHON names the interpreter to use.
set -eu
cd "$(dirname "$0")/.."
venv=${2:-.venv}

# The first interpreter that is new enough and can make a venv.
find_python() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.14 python3.13 python3.12 python3.11; fi
    no_venv=
    for python in "$@"; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        "$python" -c 'import ensurepip, venv' 2>/dev/null && { echo "$python"; return; }
        no_venv=$python
    done
    if [ -n "$no_venv" ]; then
        echo "$no_venv cannot make a venv: on Debian and Ubuntu, apt install python3-venv" >&2
    else
        echo "No Python 3.11 or later found (tried: $*): name one, make PYTHON=/path/to/python ..." >&2
    fi
    return 1
}

if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    python=$(find_python)
    echo "Setting up $venv with $python" >&2
    "$python" -m venv --clear "$venv"
fi
echo "Installing $1" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    --requirement "$1" ${3:+--constraint "$3"} </dev/null >&2

mkdir -p .collections/ansible_collections/postmaster
ln -sfn ../../.. .collections/ansible_collections/postmaster/delist
