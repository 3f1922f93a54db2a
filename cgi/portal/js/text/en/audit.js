// English: the audit log.
export default {
  "audit.state": "Everything that changes stands here, with who did it. Open a line for the details.", "audit.topic": "What", "audit.everything": "Everything",
  "audit.topic.provisioning": "Provisioning", "audit.topic.refused": "Refused", "audit.topic.members": "Members", "audit.topic.teams": "Teams", "audit.topic.tokens": "Tokens", "audit.topic.portal": "Portal",
  "audit.span": "When", "audit.span.all": "Any time", "audit.span.day": "Last 24 hours", "audit.span.week": "Last 7 days", "audit.span.month": "Last 30 days",
  "audit.live": "Live", "audit.news": { one: "{n} new", other: "{n} new" }, "audit.export": "Export", "audit.exporting": "Exporting…", "audit.exported": { one: "Saved, {n} line.", other: "Saved, {n} lines." },
  "audit.further": "Search further back", "audit.reached": "Searched back to {time}.", "audit.nothing_yet": "Nothing yet in the newest 20,000 events.", "audit.all": { one: "That is all: {n} event.", other: "That is all: {n} events." },
  "audit.none": "Everything that changes will stand here, with who did it.", "audit.none_fit": "Nothing fits these filters.",
  "audit.actor.token": "Identity provider", "audit.actor.operator": "The vendor", "audit.actor.key": "The vendor's program", "audit.actor.session": "Somebody in the portal",
  "audit.action": "Event", "audit.time": "Time", "audit.request": "Request", "audit.from": "From", "audit.number": "Number", "audit.copy_request": "Copy the request's number",
};
