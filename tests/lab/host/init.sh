#!/bin/sh
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Process 1 of a mail host, still in the machine's root: gives the host its own /proc, /dev, network and root.
# HOST_ROOT is the mounted root; the supervisor has made the namespaces and hands in eth0.
set -eu
cd "$HOST_ROOT"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=755 tmpfs run
mkdir run/lock run/sshd

hostname "$HOST_NAME.$HOST_DOMAIN"
tries=0
until ip link show eth0 >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ] || { echo "no eth0" >&2; exit 1; }
    sleep 0.02
done
ip link set lo up
ip address add "$HOST_IP/24" dev eth0
ip link set eth0 up

own_cgroups=
if [ "$HOST_LOGGING" = journald ]; then # systemd wants a subtree of its own, which it takes for the whole
    mkdir -p "$HOST_CGROUP"
    echo 0 >"$HOST_CGROUP/cgroup.procs"
    own_cgroups="unshare --cgroup"
fi
mkdir .old
pivot_root . .old
# shellcheck disable=SC2086
exec $own_cgroups chroot . /bin/sh /mnt/setup
