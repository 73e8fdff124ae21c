#!/bin/sh
# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The rest of process 1 of a mail host, in its own root: sshd, one habit of logging, Postfix.
set -eu
export HOME=/root
umount -l /.old
rmdir /.old
fqdn=$HOST_NAME.$HOST_DOMAIN

echo "$HOST_NAME" >/etc/hostname
echo "$fqdn" >/etc/mailname
printf '127.0.0.1 localhost\n%s %s %s\n' "$HOST_IP" "$fqdn" "$HOST_NAME" >/etc/hosts
rm -f /etc/resolv.conf
echo "nameserver $HOST_DNS" >/etc/resolv.conf
cat /mnt/ca.pem >>/etc/ssl/certs/ca-certificates.crt # update-ca-certificates takes seconds

install -d -m 700 /root/.ssh
install -m 600 /mnt/ssh.key.pub /root/.ssh/authorized_keys
rm -f /etc/ssh/ssh_host_* /mnt/*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
cat >/etc/ssh/sshd_config <<'END'
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
UseDNS no
UsePAM no
MaxStartups 100
Subsystem sftp /usr/lib/openssh/sftp-server
END

postconf -e "myhostname = $fqdn" 'mydestination = $myhostname, localhost' 'mynetworks = 127.0.0.0/8' \
    'inet_protocols = ipv4' 'enable_long_queue_ids = yes' \
    'smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt' 'smtp_tls_CApath =' \
    'smtpd_tls_cert_file =' 'smtpd_tls_key_file =' 'smtpd_tls_security_level = none'
newaliases

case $HOST_LOGGING in
rfc3164) # without year or zone: so in a zone of its own
    ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime
    sed -i 's/^\$FileOwner/$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat\n&/' /etc/rsyslog.conf
    ;;
maillog_file)
    postconf -e 'maillog_file = /var/log/postfix.log'
    postconf -M 'postlog/unix-dgram = postlog unix-dgram n - n - 1 postlogd'
    ;;
esac
cp -a /etc/postfix /root/postfix.pristine

if [ "$HOST_LOGGING" = journald ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || {
        mount -t tmpfs tmpfs /sys/fs/cgroup
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
    }
    echo uninitialized >/etc/machine-id
    cd /etc/systemd/system
    for unit in systemd-networkd systemd-resolved systemd-timesyncd systemd-udevd systemd-logind systemd-firstboot \
        systemd-modules-load systemd-sysctl getty@tty1 console-getty; do
        ln -sf /dev/null "$unit.service"
    done
    mkdir -p multi-user.target.wants
    ln -sf /usr/lib/systemd/system/multi-user.target default.target
    ln -sf /usr/lib/systemd/system/ssh.service /usr/lib/systemd/system/postfix.service multi-user.target.wants/
    cd /
    exec env -i PATH="$PATH" LC_ALL=C.UTF-8 container=lab \
        /lib/systemd/systemd --system --log-target=console --show-status=0
fi

sed -i '/imklog/d' /etc/rsyslog.conf
rsyslogd
/etc/init.d/postfix start
/usr/sbin/sshd
while :; do # process 1 stays, and reaps
    sleep 3600 &
    wait $! || : # killed, like all else but process 1
done
