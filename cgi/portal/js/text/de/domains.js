// Deutsch: Domains.
export default {
  "domains.state": "Personen, deren Adresse in einer bestätigten Domain liegt, werden von selbst mit schon vorhandenen Mitgliedern verbunden.", "domains.add": "Domain hinzufügen", "domains.add_act": "Domain hinzufügen",
  "domains.domain": "Domain", "domains.domain_help": "Wie in den Adressen Ihrer Personen: contoso.com", "domains.none": "Noch ist keine Domain bestätigt. Nötig ist es nur, wenn Mitglieder vor Ihrem Identitätsanbieter da waren.",
  "domains.waiting": "Wartet auf den TXT-Eintrag", "domains.verified": "Bestätigt", "domains.lost": "Der Nachweis fehlt",
  "domains.works": "Personen dieser Domain werden von selbst verbunden.", "domains.gone": "Der TXT-Eintrag ist nicht mehr da. Die Domain bleibt bestätigt; setzen Sie den Eintrag wieder, oder entfernen Sie die Domain, wenn sie nicht Ihnen gehört.",
  "domains.how": "Legen Sie diesen TXT-Eintrag dort an, wo das DNS der Domain verwaltet wird.", "domains.record_name": "Name", "domains.record_value": "Wert",
  "domains.not_yet": "Noch nicht nachgesehen.", "domains.answer.found": "Der Eintrag ist da.", "domains.answer.not_found": "Noch nicht zu sehen. Wir prüfen heute alle 5 Minuten, danach täglich.",
  "domains.answer.other_value": "Es gibt einen TXT-Eintrag mit einem anderen Wert.", "domains.answer.no_answer": "Der Nameserver der Domain hat nicht geantwortet.", "domains.next": "Nächster Blick: {time}.",
  "domains.check": "Jetzt prüfen", "domains.check_name": "Jetzt prüfen: {name}", "domains.checking": "Es wird nachgesehen.", "domains.remove": "Entfernen", "domains.remove_name": "{name} entfernen", "domains.remove_title": "{name} entfernen?",
  "domains.remove_what": "Neue Personen dieser Domain werden nicht mehr von selbst verbunden.", "domains.remove_claim": "Der Wert des Eintrags beweist dann nichts mehr.", "domains.remove_stays": "Wer verbunden ist, bleibt verbunden.", "domains.removed": "{name} ist entfernt.",
  "domains.given": "Vom Anbieter eingetragen", "domains.requests": { one: "Wartet auf Ihre Freigabe ({n})", other: "Warten auf Ihre Freigabe ({n})" },
  "domains.wants": "{user} will {member} sein; das Mitglied ist schon hier.", "domains.sent": "Was ankam", "domains.here": "Wer hier ist", "domains.since": "seit {time}",
  "domains.approve": "Freigeben", "domains.approve_name": "{name} freigeben", "domains.approve_title": "{name} freigeben?", "domains.approve_what": "Bei der nächsten Anfrage Ihres Identitätsanbieters werden beide eine Person: {name}.", "domains.approved": "Freigegeben. Senden Sie die Person noch einmal.",
  "domains.refuse": "Ablehnen", "domains.refuse_name": "{name} ablehnen", "domains.refuse_title": "{name} ablehnen?", "domains.refuse_what": "Die Person bleibt draußen. Das vorhandene Mitglied bleibt, wie es ist.", "domains.refused": "Abgelehnt.",
};
