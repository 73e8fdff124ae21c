# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where syslog puts what Postfix says."""

from __future__ import annotations

# What rsyslog, syslog-ng and syslogd name it: Debian, Ubuntu and Alpine's rsyslog; RHEL, Fedora and FreeBSD; SUSE; then
# where all of syslog goes: RHEL and Alpine's busybox, Debian.
PLACES = ("/var/log/mail.log", "/var/log/maillog", "/var/log/mail", "/var/log/messages", "/var/log/syslog")
