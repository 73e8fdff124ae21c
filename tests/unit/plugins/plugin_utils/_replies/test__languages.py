# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of each kind, from each desk and in each language, in sentences that the knowledge files do not hold."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _knowledge as knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse

IP = "203.0.113.7"
GOOD = {"removed", "mitigated", "conditionally_mitigated"}
SAID = [
    (
        "acknowledged",
        "Thank you for contacting the Outlook.com Deliverability Support Team. Microsoft Request ID: 7096915173",
    ),
    (
        "acknowledged",
        "Reported deliverability problem to Outlook.com SRX1399999999ID\nYour ticket number is in the subject line.",
    ),
    ("acknowledged", f"Wir haben Ihre Anfrage zu {IP} erhalten und melden uns innerhalb von 24 Stunden."),
    ("acknowledged", f"Nous avons bien reçu votre demande concernant {IP}. Nous vous répondrons sous 24 heures."),
    ("acknowledged", f"{IP} に関するお問い合わせを受け付けました。24時間以内に回答いたします。"),
    (
        "mitigated",
        f"Nous avons mis en place une atténuation pour l'adresse IP {IP}. La propagation peut prendre 24 à 48 heures.",
    ),
    (
        "mitigated",
        f"We have implemented mitigation for your IP ({IP}) and this may take 24 - 48 hours to replicate.",
    ),
    (
        "mitigated",
        f"Mitigated.\n{IP}\nThese IP(s) have been unblocked, but may be subject to low daily limits.",
    ),
    ("conditionally_mitigated", f"Conditionally mitigated\n{IP}"),
    (
        "not_listed",
        f"We were unable to identify anything on our side that would prevent your mail from {IP}.",
    ),
    (
        "not_listed",
        f"I do not see anything offhand with the IP ({IP}) that would be preventing your mail.",
    ),
    ("not_listed", f"Nothing was detected\n{IP}"),
    ("not_listed", f"Die IP-Adresse {IP} ist derzeit nicht blockiert."),
    ("not_listed", f"Wir konnten nichts finden, was die Zustellung von {IP} verhindert."),
    ("not_listed", f"L'adresse IP {IP} n'est pas bloquée actuellement."),
    ("not_listed", f"L'adresse {IP} ne figure pas dans notre liste noire."),
    ("not_listed", f"IPアドレス {IP} は現在ブロックされていません。"),
    ("denied", f"Our investigation has determined that the above IP(s) do not qualify for mitigation.\n{IP}"),
    ("denied", f"IP {IP} is not eligible for mitigation."),
    ("denied", f"{IP} ist nicht für eine Entsperrung qualifiziert."),
    ("denied", f"L'adresse IP {IP} n'est pas éligible à une atténuation."),
    ("denied", f"Votre demande pour {IP} a été refusée."),
    ("denied", f"{IP} は緩和対象外です。"),
    ("needs_info", "Please reply with specific error messages and the IP addresses so that we can investigate."),
    ("needs_info", "Please provide the full non-delivery report (NDR)."),
    ("needs_info", "Bitte senden Sie uns die vollständige Fehlermeldung."),
    ("needs_info", "Merci de nous transmettre le message d'erreur complet."),
    ("needs_info", "エラーメッセージの全文をお送りください。"),
    ("redirected", "Please use the delist portal at https://sender.office.com/ to request removal."),
    ("redirected", "Bitte wenden Sie sich an den Betreiber der Blockliste."),
    ("redirected", "Veuillez contacter l'opérateur de la liste."),
    ("redirected", "リストの運営者にお問い合わせください。"),
    ("confirmation_needed", "To complete your request please click the link below to confirm your e-mail address."),
    ("confirmation_needed", "Bitte bestätigen Sie Ihre E-Mail-Adresse über den folgenden Link."),
    ("confirmation_needed", "Veuillez confirmer votre adresse e-mail en cliquant sur le lien ci-dessous."),
    ("confirmation_needed", "下記のリンクをクリックしてメールアドレスを確認してください。"),
    ("removed", f"Die IP {IP} wurde aus unserer Blockliste entfernt."),
    ("removed", f"L'adresse IP {IP} a été retirée de notre liste de blocage."),
    ("removed", f"{IP} をブロックリストから削除しました。"),
    ("removed", f"The IP address {IP} has been removed from the Barracuda Reputation Block List."),
    ("acknowledged", "Request Received. Your confirmation number is BBR21635-24512-9999."),
    ("removed", f"The Cloudmark Sender Intelligence statistics for {IP} have been reset."),
    ("removed", "The listing for SBL123456 has been removed."),
    ("not_listed", f"{IP} is not listed in the SBL, XBL, CSS or PBL."),
    ("denied", "We are unable to remove this listing until the spam has stopped. SBL123456"),
    ("removed", "In the meanwhile the IP address was de-listed from our blacklists."),
    ("none", f"If {IP} is removed from our block list, you will be told."),
    ("none", f"{IP} has not yet been removed from our block list."),
    ("none", "As a reminder, requests are normally processed within a day."),
]


@pytest.mark.parametrize(("verdict", "text"), SAID)
def test_the_verdict_is_understood(verdict: str, text: str) -> None:
    found = {entry["verdict"] for entry in parse(text, knowledge.load())["verdicts"]}
    assert verdict in found if verdict != "none" else not found & GOOD
