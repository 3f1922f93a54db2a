// English: Domains.
export default {
  "domains.state": "People whose address is in a verified domain are linked to the members who are here already, by themselves.", "domains.add": "Add a domain", "domains.add_act": "Add the domain",
  "domains.domain": "Domain", "domains.domain_help": "As in the addresses of your people: contoso.com", "domains.none": "No domain is verified yet. It is needed only where members were here before your identity provider came.",
  "domains.waiting": "Waiting for the TXT record", "domains.verified": "Verified", "domains.lost": "The proof is gone",
  "domains.works": "People of this domain are linked by themselves.", "domains.gone": "The TXT record is not there any more. The domain stays verified; put the record back, or remove the domain if it is not yours.",
  "domains.how": "Make this TXT record where the domain's DNS is kept.", "domains.record_name": "Name", "domains.record_value": "Value",
  "domains.not_yet": "Not looked up yet.", "domains.answer.found": "The record is there.", "domains.answer.not_found": "Not found yet. DNS can take an hour; we look every 5 minutes today, then daily.",
  "domains.answer.other_value": "There is a TXT record, with another value.", "domains.answer.no_answer": "The domain's name server did not answer.", "domains.next": "Next look: {time}.",
  "domains.check": "Check now", "domains.check_name": "Check now: {name}", "domains.checking": "Looking.", "domains.remove": "Remove", "domains.remove_name": "Remove {name}", "domains.remove_title": "Remove {name}?",
  "domains.remove_what": "Newcomers of this domain are no longer linked by themselves.", "domains.remove_claim": "The record's value will no longer prove anything.", "domains.remove_stays": "Whoever is linked stays linked.", "domains.removed": "{name} is removed.",
  "domains.given": "Entered by the vendor", "domains.requests": { one: "Waiting for your approval ({n})", other: "Waiting for your approval ({n})" },
  "domains.wants": "{user} wants to be {member}, who is here already.", "domains.sent": "What arrived", "domains.here": "Who is here", "domains.since": "since {time}",
  "domains.approve": "Approve", "domains.approve_name": "Approve {name}", "domains.approve_title": "Approve {name}?", "domains.approve_what": "Both become one person at the next request of your identity provider: {name}.", "domains.approved": "Approved. Send the person again.",
  "domains.refuse": "Refuse", "domains.refuse_name": "Refuse {name}", "domains.refuse_title": "Refuse {name}?", "domains.refuse_what": "The person stays out. The member who is here stays as is.", "domains.refused": "Refused.",
};
