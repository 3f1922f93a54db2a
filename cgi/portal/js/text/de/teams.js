// Deutsch: Teams.
export default {
  "teams.state": "Ein Team wird von einer Gruppe Ihres Identitätsanbieters gefüllt oder von Hand.", "teams.search": "Teams suchen", "teams.name": "Name", "teams.filled": "Gefüllt durch", "teams.members": "Mitglieder",
  "teams.n": { one: "{n}", other: "{n}" }, "teams.by_hand": "von Hand", "teams.by_group": "{provider}: {group}", "teams.a_provider": "ein Identitätsanbieter",
  "teams.name_taken": "Der Name der Gruppe war vergeben, daher bekam sie ein zweites Team.", "teams.name_kept": "Die Gruppe wurde umbenannt; das Team behält seinen Namen.",
  "teams.none": "Es gibt noch kein Team.", "teams.none_help": "Gruppen werden getrennt von Personen gesendet: Schalten Sie sie in der Konsole Ihres Identitätsanbieters ein.", "teams.to_provisioning": "Zur Bereitstellung",
  "teams.none_found": "Kein Team heißt „{name}“.",
  "team.add": "Team hinzufügen", "team.add_act": "Team hinzufügen", "team.add_help": "Sie füllen es von Hand. Teams von Gruppen kommen von selbst.",
  "team.people": { one: "{n} Mitglied", other: "{n} Mitglieder" }, "team.nobody": "Noch ist niemand in diesem Team.", "team.nobody_linked": "Noch ist niemand in seiner Gruppe.", "team.by_group": "durch die Gruppe", "team.by_hand": "von Hand",
  "team.join_label": "Jemanden hinzufügen", "team.join_help": "Die Adresse von jemandem, der schon hier ist.", "team.join": "Ins Team aufnehmen", "team.join_missing": "Geben Sie eine Adresse ein.", "team.joined": "{name} ist im Team.",
  "team.part": "Herausnehmen", "team.part_name": "{name} aus dem Team nehmen", "team.parted": "{name} ist nicht mehr im Team.",
  "team.rename": "Umbenennen", "team.renamed": "Das Team heißt jetzt {name}.",
  "team.unlink": "Gruppe lösen", "team.unlink_title": "Gruppe von {name} lösen?", "team.unlink_what": { one: "Wer nur durch die Gruppe {group} im Team ist, verlässt es. Es hat jetzt {n} Mitglied.", other: "Wer nur durch die Gruppe {group} im Team ist, verlässt es. Es hat jetzt {n} Mitglieder." },
  "team.unlink_undo": "Von Hand Aufgenommene bleiben. Der Anbieter kann die Gruppe wieder verbinden.", "team.unlinked": "Die Gruppe füllt das Team nicht mehr.",
  "team.remove": "Team entfernen", "team.remove_title": "{name} entfernen?", "team.remove_what": { one: "{n} Mitglied verlässt das Team.", other: "{n} Mitglieder verlassen das Team." },
  "team.remove_stays": "Die Personen bleiben Mitglieder, und eine Gruppe beim Identitätsanbieter bleibt, wie sie ist.", "team.removed": "{name} ist entfernt.",
};
