// Verifies webhooks with the libraries that their receivers use. In: [{library, secret, headers, body}] as JSON on standard input; out: for
// each {payload} or {error}, and `stringified`: whether JSON.stringify writes the body again, byte for byte.
import { readFileSync } from "node:fs";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

const libraries = { standardwebhooks: Standard, svix: Svix };

function verify({ library, secret, headers, body }) {
  const stringified = JSON.stringify(JSON.parse(body)) === body;
  try {
    return { payload: library ? new libraries[library](secret).verify(body, headers) : null, stringified };
  } catch (e) {
    return { error: e.message, stringified };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(verify)));
