// English: Teams.
export default {
  "teams.state": "A team is filled by a group of your identity provider, or by hand.", "teams.search": "Search teams", "teams.name": "Name", "teams.filled": "Filled by", "teams.members": "Members",
  "teams.n": { one: "{n}", other: "{n}" }, "teams.by_hand": "by hand", "teams.by_group": "{provider}: {group}", "teams.a_provider": "an identity provider",
  "teams.name_taken": "The group's name was taken, so it got a second team.", "teams.name_kept": "The group was renamed; the team keeps its name.",
  "teams.none": "There is no team yet.", "teams.none_help": "Groups are sent apart from people: switch them on in your identity provider's console.", "teams.to_provisioning": "Go to Provisioning",
  "teams.none_found": "No team is called “{name}”.",
  "team.add": "Add a team", "team.add_act": "Add the team", "team.add_help": "You fill it by hand. Teams of groups come by themselves.",
  "team.people": { one: "{n} member", other: "{n} members" }, "team.nobody": "Nobody is in this team yet.", "team.nobody_linked": "Nobody is in its group yet.", "team.by_group": "by the group", "team.by_hand": "by hand",
  "team.join_label": "Add somebody", "team.join_help": "The address of somebody who is here already.", "team.join": "Add to the team", "team.join_missing": "Type an address.", "team.joined": "{name} is in the team.",
  "team.part": "Take out", "team.part_name": "Take {name} out of the team", "team.parted": "{name} is no longer in the team.",
  "team.rename": "Rename", "team.renamed": "The team is called {name} now.",
  "team.unlink": "Take the group off", "team.unlink_title": "Take the group off {name}?", "team.unlink_what": { one: "Whoever is in the team by the group {group} alone leaves it. It has {n} member now.", other: "Whoever is in the team by the group {group} alone leaves it. It has {n} members now." },
  "team.unlink_undo": "People added by hand stay. The vendor can link the group again.", "team.unlinked": "The group no longer fills the team.",
  "team.remove": "Remove the team", "team.remove_title": "Remove {name}?", "team.remove_what": { one: "{n} member leaves the team.", other: "{n} members leave the team." },
  "team.remove_stays": "The people stay members, and a group at the identity provider stays as it is.", "team.removed": "{name} is removed.",
};
