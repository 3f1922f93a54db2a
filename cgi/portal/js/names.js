// What people and roles are called.

import { has, t } from "./i18n.js";

export const personName = (p) => p.display_name || [p.first_name, p.last_name].filter(Boolean).join(" ") || p.email || t("person.unnamed");

/** org:admin is "Admin"; a role of the vendor's own has its own word. */
export function roleName(role) {
  const name = role.replace(/^org:/, "");
  return has(`role.${name}`) ? t(`role.${name}`) : name;
}
