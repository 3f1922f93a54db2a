// Every state that is shown: its shape and tone. Its word is the text "state.NAME".

export const STATES = {
  waiting: ["wait", "off"], arriving: ["on", "info"], healthy: ["ok", "ok"], refused: ["need", "warn"], paused: ["wait", "off"],
  silent: ["need", "warn"], locked: ["bad", "bad"], offline: ["bad", "bad"],
  done: ["ok", "ok"], open: ["wait", "off"], failed: ["bad", "bad"], needs_you: ["need", "warn"],
  token_used: ["ok", "ok"], token_unused: ["wait", "off"], token_revoked: ["wait", "off"], token_expired: ["bad", "bad"], token_ends: ["need", "warn"],
  active: ["on", "ok"], deactivated: ["wait", "off"], removed: ["wait", "off"],
  verified: ["ok", "ok"], unverified: ["wait", "off"], working: ["on", "ok"], switched_off: ["bad", "bad"],
};
