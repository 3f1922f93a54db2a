// Deutsch: das Protokoll.
export default {
  "audit.state": "Hier steht jede Änderung und wer sie gemacht hat. Öffnen Sie eine Zeile für Einzelheiten.", "audit.topic": "Was", "audit.everything": "Alles",
  "audit.topic.provisioning": "Bereitstellung", "audit.topic.refused": "Abgelehnt", "audit.topic.members": "Mitglieder", "audit.topic.teams": "Teams", "audit.topic.tokens": "Token", "audit.topic.portal": "Portal",
  "audit.span": "Wann", "audit.span.all": "Jederzeit", "audit.span.day": "Letzte 24 Stunden", "audit.span.week": "Letzte 7 Tage", "audit.span.month": "Letzte 30 Tage",
  "audit.live": "Live", "audit.news": { one: "{n} neu", other: "{n} neu" }, "audit.export": "Exportieren", "audit.exporting": "Export läuft …", "audit.exported": { one: "Gespeichert, {n} Zeile.", other: "Gespeichert, {n} Zeilen." },
  "audit.further": "Weiter zurück suchen", "audit.reached": "Zurück bis {time} gesucht.", "audit.nothing_yet": "Noch nichts in den neuesten 20.000 Ereignissen.", "audit.all": { one: "Das ist alles: {n} Ereignis.", other: "Das ist alles: {n} Ereignisse." },
  "audit.none": "Hier steht künftig jede Änderung und wer sie gemacht hat.", "audit.none_fit": "Nichts passt zu diesen Filtern.",
  "audit.actor.token": "Identitätsanbieter", "audit.actor.operator": "Der Anbieter", "audit.actor.key": "Ein Programm des Anbieters", "audit.actor.session": "Jemand im Portal",
  "audit.action": "Ereignis", "audit.time": "Zeit", "audit.request": "Anfrage", "audit.from": "Von", "audit.number": "Nummer", "audit.copy_request": "Nummer der Anfrage kopieren",
};
