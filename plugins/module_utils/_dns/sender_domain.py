# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the DNS says about a sending domain: where its mail goes, DKIM, DMARC, and what protects its inbound mail."""

from __future__ import annotations

import base64
import binascii
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names
from ansible_collections.postmaster.delist.plugins.module_utils._dns.answers import Answer
from ansible_collections.postmaster.delist.plugins.module_utils._dns.checks import Check

Row = t.Dict[str, t.Any]
# RFC 9989, section 4.10: a walk up the tree asks at most eight names.
_LONGEST_WALK = 8
_WEAK_RSA, _GOOD_RSA = 1024, 2048


def tags(record: str) -> dict[str, str]:
    """Read C(tag=value; tag=value)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def _starting(answer: Answer, version: str) -> list[str]:
    return [text for text in answer.texts() if tags(text).get("v", "").lower() == version and text.lstrip()[:1] in "vV"]


def mail(domain: str) -> Check[Row]:
    """Return where mail for a domain goes: its exchangers, or itself, or nowhere."""
    exchangers, itself = yield [(domain, names.MX), (domain, names.A)]
    hosts = [host for _preference, host in exchangers.data("MX")]
    null = hosts in ([""], ["."])
    problem = None
    if not exchangers.known:
        problem = "mx_unknown"
    elif null:
        problem = "null_mx"
    elif not hosts and not itself.data("A"):
        problem = "no_mx" if itself.known else "mx_unknown"
    return {"mx": [] if null else hosts, "null_mx": null, "problems": [problem] if problem else []}


def dkim(domain: str, selector: str) -> Check[Row]:
    """Return the state of a DKIM key: C(present), C(revoked), C(missing), C(broken) or C(unknown), and its size."""
    (answer,) = yield [(f"{selector}._domainkey.{domain}", names.TXT)]
    keys = [tags(text) for text in answer.texts() if "p" in tags(text)]
    row: Row = {"selector": selector, "state": "present", "key_type": None, "bits": None, "problems": []}
    if not answer.known:
        row.update(state="unknown", problems=["dkim_unknown"])
    elif not keys:
        row.update(state="missing", problems=["dkim_missing"])
    elif not keys[0]["p"]:
        row.update(state="revoked", problems=["dkim_revoked"])
    else:
        row["key_type"] = keys[0].get("k", "rsa").lower()
        row["bits"] = 256 if row["key_type"] == "ed25519" else rsa_bits(keys[0]["p"])
        if row["bits"] is None:
            row.update(state="broken", problems=["dkim_broken"])
        elif row["key_type"] == "rsa" and row["bits"] < _WEAK_RSA:
            row["problems"] = ["dkim_weak"]
        elif row["key_type"] == "rsa" and row["bits"] < _GOOD_RSA:
            row["problems"] = ["dkim_short"]
    return row


def rsa_bits(encoded: str) -> int | None:
    """Return the size of an RSA public key (RFC 8017 or its X.509 wrapping), or None when it is none."""
    try:
        der = base64.b64decode("".join(encoded.split()), validate=True)
        sequence = _element(der, 0x30)
        if sequence[:1] == b"\x30":
            # SubjectPublicKeyInfo: the algorithm, then the key in a bit string behind an octet that counts unused bits.
            length, start = _length(sequence, 1)
            sequence = _element(_element(sequence[start + length :], 0x03)[1:], 0x30)
        return int.from_bytes(_element(sequence, 0x02), "big").bit_length() or None
    except (binascii.Error, ValueError, IndexError):
        return None


def _element(der: bytes, tag: int) -> bytes:
    if der[0] != tag:
        raise ValueError("another element was expected")
    length, start = _length(der, 1)
    if start + length > len(der):
        raise ValueError("cut off")
    return der[start : start + length]


def _length(der: bytes, place: int) -> tuple[int, int]:
    """Return the length written at a place, and where the content begins."""
    if der[place] < 0x80:
        return der[place], place + 1
    octets = der[place] & 0x7F
    return int.from_bytes(der[place + 1 : place + 1 + octets], "big"), place + 1 + octets


def dmarc(domain: str) -> Check[Row]:
    """Find the policy that holds for a domain by the tree walk of RFC 9989."""
    walk = _walk(domain)
    heard = dict(zip(walk, (yield [("_dmarc." + name, names.TXT) for name in walk])))
    found = {name: _starting(answer, "dmarc1") for name, answer in heard.items()}
    row: Row = {"at": None, "record": None, "policy": None, "rua": [], "problems": []}
    # Several records at a name count as none.
    records = {name: tags(texts[0]) for name, texts in found.items() if len(texts) == 1}
    at = domain if domain in records else _organisation(domain, records)
    if len(found[domain]) > 1:
        row["problems"].append("dmarc_twice")
    if at is None:
        known = all(answer.known for answer in heard.values())
        row["problems"].append("no_dmarc" if known else "dmarc_unknown")
        return row
    record = records[at]
    policy = record.get("p", "none") if at == domain else record.get("sp", record.get("p", "none"))
    row.update(at=at, record=found[at][0], policy=policy.lower())
    row["rua"] = [uri.strip() for uri in record.get("rua", "").split(",") if uri.strip()]
    if row["policy"] not in ("none", "quarantine", "reject"):
        row["problems"].append("dmarc_syntax")
    return row


def _walk(domain: str) -> list[str]:
    labels = domain.split(".")
    names_up = [".".join(labels[place:]) for place in range(len(labels))]
    if len(names_up) > _LONGEST_WALK:
        names_up = [domain, *names_up[len(names_up) - _LONGEST_WALK + 1 :]]
    return names_up


def _organisation(domain: str, records: dict[str, dict[str, str]]) -> str | None:
    """Return the organisational domain, when it has a record."""
    above = sorted(records, key=lambda name: -name.count("."))
    for name in above:
        psd = records[name].get("psd", "u").lower()
        if psd == "n":
            return name
        if psd == "y" and name != domain:
            below = domain.split(".")[-name.count(".") - 2 :]
            return ".".join(below) if ".".join(below) in records else name
    return above[-1] if above else None


def inbound(domain: str) -> Check[Row]:
    """Return whether MTA-STS and TLS reports are announced; the policy itself needs HTTPS and is not fetched."""
    sts, reports = yield [("_mta-sts." + domain, names.TXT), ("_smtp._tls." + domain, names.TXT)]
    return {
        "mta_sts": bool(_starting(sts, "stsv1")) if sts.known else None,
        "tls_rpt": bool(_starting(reports, "tlsrptv1")) if reports.known else None,
    }
